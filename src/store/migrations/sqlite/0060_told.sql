-- Who was told what: a correction goes exactly where the alerts went that it proves wrong.

-- Every alert that entered the outbox of an output, whether it has arrived or not. One that tells several as one stands
-- here under the ids of all of them.
CREATE TABLE told (
    -- Id of the alert.
    alert  TEXT NOT NULL,
    -- Name of the output in the config.
    output TEXT NOT NULL,
    PRIMARY KEY (alert, output)
) STRICT, WITHOUT ROWID;

INSERT OR IGNORE INTO told
    SELECT json_extract(alert.value, '$.id'), deliveries.output
    FROM deliveries JOIN messages ON messages.number = deliveries.message,
        json_each(CASE WHEN json_valid(messages.body) THEN messages.body ELSE '{}' END, '$.alerts') AS alert
    WHERE json_extract(alert.value, '$.id') IS NOT NULL;

-- Of which story a held message tells: a correction looks for what waits of its story, and takes it along.
ALTER TABLE held ADD COLUMN story TEXT;

UPDATE held SET story = (SELECT articles.story FROM messages JOIN articles ON articles.number = messages.article
    WHERE messages.number = held.message);

CREATE INDEX held_by_story ON held (story, output);

-- What tells of several stories keeps its place in each of them.

-- The further stories of a delivery, beside the one in its own row; most have none. Kept as long as the delivery, which
-- may be sent again.
CREATE TABLE further_stories (
    delivery INTEGER NOT NULL REFERENCES deliveries (number) ON DELETE CASCADE,
    story    TEXT NOT NULL,
    output   TEXT NOT NULL,
    -- That of the delivery.
    state    TEXT NOT NULL,
    PRIMARY KEY (delivery, story)
) STRICT, WITHOUT ROWID;

-- What is on its way of a story beside the messages of its own, and what waits.
CREATE INDEX further_stories_head ON further_stories (output, story) WHERE state = 'due';
CREATE INDEX further_stories_queue ON further_stories (output, story, delivery) WHERE state = 'queued';

CREATE TRIGGER further_stories_follow AFTER UPDATE OF state ON deliveries BEGIN
    UPDATE further_stories SET state = NEW.state WHERE delivery = NEW.number;
END;

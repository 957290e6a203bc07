-- What outputs keep between messages, and which of them take none.

-- What an output keeps of a story from one message to the next: where its message stands, what it told last.
CREATE TABLE output_notes (
    -- Name of the output in the config.
    output TEXT NOT NULL,
    story  TEXT NOT NULL REFERENCES stories (id),
    -- In the output's own form (JSON).
    body   TEXT NOT NULL,
    PRIMARY KEY (output, story)
) STRICT, WITHOUT ROWID;

-- Outputs whose receiver wants no more messages. What is to be told there waits until somebody enables them again.
CREATE TABLE disabled_outputs (
    output TEXT PRIMARY KEY,
    -- What the receiver answered.
    reason TEXT NOT NULL,
    since  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- For taking old ones off the list.
CREATE INDEX failed_items_by_time ON failed_items (failed_at);

-- What is told later: grouped by story, in a digest, or at a time of its own; and what is not told for a while.

-- 1: put together or taken apart for some output. 0: what an article made, whole.
ALTER TABLE messages ADD COLUMN composed INTEGER NOT NULL DEFAULT 0 CHECK (composed IN (0, 1));

-- Messages that wait for others, or for their time. Leaving it and entering the outbox is one transaction.
CREATE TABLE held (
    -- In order of commit.
    number     INTEGER PRIMARY KEY AUTOINCREMENT,
    message    INTEGER NOT NULL REFERENCES messages (number),
    -- Name of the output in the config.
    output     TEXT NOT NULL,
    -- What goes out together has the same lot.
    lot        TEXT NOT NULL,
    -- What it hangs on, if anything: answered demands take their timers back by this.
    subject    TEXT,
    -- When its lot goes out, at the latest.
    release_at TEXT NOT NULL,
    held_at    TEXT NOT NULL,
    UNIQUE (message, output)
) STRICT;

CREATE INDEX held_by_lot ON held (output, lot, release_at);
CREATE INDEX held_by_time ON held (release_at);
CREATE INDEX held_by_subject ON held (subject) WHERE subject IS NOT NULL;

-- When a story was last told to an output.
CREATE INDEX deliveries_by_story ON deliveries (output, story, number);

-- What is not told until when.
CREATE TABLE mutes (
    id    TEXT PRIMARY KEY,
    -- What is silenced (JSON, model::Muted).
    what  TEXT NOT NULL,
    until TEXT NOT NULL,
    since TEXT NOT NULL
) STRICT, WITHOUT ROWID;

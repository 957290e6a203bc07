-- The whole memory of newsdelta, shared by all instances.
--
-- Times are text in one fixed form, UTC with nine decimals: the same as in the SQLite store, exact and in the right order
-- when compared byte by byte. JSON columns hold the types of src/model as serde writes them; they are text, since a
-- jsonb would change them. PostgreSQL's text cannot hold the character NUL: where one may occur it is written as two
-- others (columns.rs). A later migration may only add; what is no longer used goes in a release of its own, when no
-- instance of the version before is left.

-- Who may plan and commit: one row, locked by the instance whose turn it is until its commit ends.
CREATE TABLE turn (
    one        BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (one),
    -- Counts the commits: what an instance has not seen is what was changed since.
    generation BIGINT NOT NULL
);
INSERT INTO turn (generation) VALUES (0);

-- The developing events. One row each, rewritten by every article that belongs to it.
CREATE TABLE stories (
    id             TEXT COLLATE "C" PRIMARY KEY,
    title          TEXT NOT NULL,
    last_report_at TEXT COLLATE "C" NOT NULL,
    -- Counts the articles committed to it. A writer whose copy is older is refused.
    revision       BIGINT NOT NULL,
    -- The generation that changed it last.
    changed_in     BIGINT NOT NULL,
    -- The whole story with its profile (JSON, model::Story).
    body           TEXT NOT NULL,
    -- The story that this one's reports went into. It has none any more and answers with that one.
    merged_into    TEXT COLLATE "C"
);
CREATE INDEX stories_merged ON stories (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX stories_by_report ON stories (last_report_at, id);
CREATE INDEX stories_by_change ON stories (changed_in);

-- Every report as received. Never changed after it is written.
CREATE TABLE articles (
    number       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id           TEXT COLLATE "C" NOT NULL UNIQUE,
    story        TEXT COLLATE "C" NOT NULL REFERENCES stories (id),
    -- The article it repeats, or its own id.
    origin       TEXT COLLATE "C" NOT NULL,
    outlet       TEXT,
    url          TEXT,
    -- With the offset that its author wrote (RFC 3339, not for comparing).
    published_at TEXT,
    received_at  TEXT NOT NULL,
    learned_at   TEXT COLLATE "C" NOT NULL,
    title        TEXT NOT NULL,
    -- Title, blank line, body: what all offsets refer to.
    text         TEXT NOT NULL,
    -- The publisher's identity of the document, its version, and whether this version withdraws it.
    document     TEXT COLLATE "C",
    version      TEXT,
    withdrawn    BOOLEAN NOT NULL
);
CREATE INDEX articles_by_story ON articles (story, number);
CREATE INDEX articles_by_document ON articles (document) WHERE document IS NOT NULL;
CREATE INDEX articles_by_time ON articles (learned_at);

-- What is held known, one row for each key of a story.
CREATE TABLE facts (
    number         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    story          TEXT COLLATE "C" NOT NULL REFERENCES stories (id),
    -- JSON, model::FactKey: its fields always come in the same order.
    key            TEXT COLLATE "C" NOT NULL,
    -- Of the key, for searching: casualties, demand or position; the place; the names, a line each.
    about          TEXT NOT NULL,
    place          TEXT,
    names          TEXT NOT NULL,
    -- JSON, model::Value, or nothing: the running value, and the one told last.
    value          TEXT,
    told           TEXT,
    -- JSON list of model::Value: a disagreement is told once.
    conflicts_told TEXT NOT NULL,
    -- When the article spoke that was last told: older reports stay silent.
    told_at        TEXT,
    -- How many of its claims the limit of the history has dropped.
    merged         BIGINT NOT NULL,
    UNIQUE (story, key)
);

-- What each article says. Only ever added to: the history of a fact is its claims.
CREATE TABLE claims (
    number     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fact       BIGINT NOT NULL REFERENCES facts (number),
    -- The article whose commit brought it.
    article    BIGINT NOT NULL REFERENCES articles (number),
    -- When it held, and when newsdelta learned it: the two times to ask by.
    held_at    TEXT COLLATE "C" NOT NULL,
    learned_at TEXT COLLATE "C" NOT NULL,
    -- JSON, model::KnownClaim.
    body       TEXT NOT NULL,
    -- Whether it is among the claims by which the fact is compared; else it is kept for questions about the past.
    compared   BOOLEAN NOT NULL DEFAULT TRUE
);
CREATE INDEX claims_by_fact ON claims (fact, held_at, number);
CREATE INDEX claims_compared ON claims (fact, held_at, number) WHERE compared;
CREATE INDEX claims_by_article ON claims (article, number);

-- What is to be told: the alerts that one article makes for its story, or what was put together of such for an output.
CREATE TABLE messages (
    number   BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id       TEXT COLLATE "C" NOT NULL UNIQUE,
    article  BIGINT NOT NULL REFERENCES articles (number),
    -- JSON, model::Message.
    body     TEXT NOT NULL,
    -- Put together or taken apart for some output; else what an article made, whole.
    composed BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX messages_by_article ON messages (article, number);

-- The outbox: one row for each message and output. States and meanings as in the SQLite store.
CREATE TABLE deliveries (
    number       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message      BIGINT NOT NULL REFERENCES messages (number),
    output       TEXT COLLATE "C" NOT NULL,
    story        TEXT COLLATE "C" NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('due', 'queued', 'delivered', 'dead', 'discarded')),
    -- When it may be attempted. While it is leased: when the lease ends.
    due_at       TEXT COLLATE "C" NOT NULL,
    leased_until TEXT,
    -- Counts the leases: an answer under an older one is not taken.
    lease        BIGINT NOT NULL DEFAULT 0,
    attempts     BIGINT NOT NULL DEFAULT 0,
    queued_at    TEXT NOT NULL,
    ended_at     TEXT COLLATE "C",
    reason       TEXT,
    UNIQUE (message, output)
);
CREATE INDEX deliveries_due ON deliveries (output, due_at, number) WHERE state = 'due';
-- At most one message of a story is on its way to an output: the schema itself keeps the order.
CREATE UNIQUE INDEX deliveries_head ON deliveries (output, story) WHERE state = 'due';
CREATE INDEX deliveries_queue ON deliveries (output, story, number) WHERE state = 'queued';
CREATE INDEX deliveries_dead ON deliveries (number) WHERE state = 'dead';
CREATE INDEX deliveries_by_story ON deliveries (output, story, number);

-- Messages that wait for others, or for their time.
CREATE TABLE held (
    number     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message    BIGINT NOT NULL REFERENCES messages (number),
    output     TEXT COLLATE "C" NOT NULL,
    -- Of which story it tells: a correction looks for what waits of its story, and takes it along.
    story      TEXT COLLATE "C" NOT NULL,
    -- What goes out together has the same lot.
    lot        TEXT COLLATE "C" NOT NULL,
    -- What it hangs on, if anything.
    subject    TEXT COLLATE "C",
    release_at TEXT COLLATE "C" NOT NULL,
    held_at    TEXT NOT NULL,
    UNIQUE (message, output)
);
CREATE INDEX held_by_lot ON held (output, lot, release_at);
CREATE INDEX held_by_time ON held (release_at);
CREATE INDEX held_by_story ON held (story, output);
CREATE INDEX held_by_subject ON held (subject) WHERE subject IS NOT NULL;

-- Every alert that entered the outbox of an output, whether it has arrived or not: a correction goes exactly there. One
-- that tells several as one stands here under the ids of all of them.
CREATE TABLE told (
    alert  TEXT COLLATE "C" NOT NULL,
    output TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (alert, output)
);

-- What is not told until when.
CREATE TABLE mutes (
    id    TEXT COLLATE "C" PRIMARY KEY,
    -- JSON, model::Muted.
    what  TEXT NOT NULL,
    until TEXT COLLATE "C" NOT NULL,
    since TEXT NOT NULL
);

-- What an output keeps of a story from one message to the next, in its own form.
CREATE TABLE output_notes (
    output TEXT COLLATE "C" NOT NULL,
    story  TEXT COLLATE "C" NOT NULL REFERENCES stories (id),
    body   TEXT NOT NULL,
    PRIMARY KEY (output, story)
);

-- Outputs whose receiver wants no more messages.
CREATE TABLE disabled_outputs (
    output TEXT COLLATE "C" PRIMARY KEY,
    reason TEXT NOT NULL,
    since  TEXT NOT NULL
);

-- What could not be read. Bounded in number and in bytes; the oldest are dropped.
CREATE TABLE failed_items (
    number    BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    input     TEXT NOT NULL,
    label     TEXT NOT NULL,
    form      TEXT,
    reason    TEXT NOT NULL,
    failed_at TEXT COLLATE "C" NOT NULL,
    -- How many bytes the item had: more than are kept when it was cut.
    size      BIGINT NOT NULL,
    bytes     BYTEA NOT NULL,
    -- Somebody asked to have it read again.
    retry     BOOLEAN NOT NULL DEFAULT FALSE,
    -- When it is to be read again by itself: its articles were under embargo.
    retry_at  TEXT COLLATE "C"
);
CREATE INDEX failed_items_by_retry ON failed_items (retry_at) WHERE retry_at IS NOT NULL;
CREATE INDEX failed_items_to_retry ON failed_items (number) WHERE retry;
CREATE INDEX failed_items_by_time ON failed_items (failed_at);

-- What people did, in order. Only ever added to; the columns as in the SQLite store.
CREATE TABLE audit (
    number  BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      TEXT NOT NULL,
    editor  TEXT NOT NULL,
    via     TEXT NOT NULL,
    token   TEXT,
    action  TEXT NOT NULL,
    what    TEXT NOT NULL,
    story   TEXT,
    article TEXT,
    note    TEXT
);
-- A daemon looks whether stories were merged or split before it reads on.
CREATE INDEX audit_regroupings ON audit (number) WHERE action IN ('merge', 'split');

-- How far each input has been consumed. Only moves forward.
CREATE TABLE checkpoints (
    input TEXT COLLATE "C" NOT NULL,
    part  TEXT COLLATE "C" NOT NULL,
    next  BIGINT NOT NULL,
    PRIMARY KEY (input, part)
);

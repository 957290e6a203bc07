-- The whole memory of newsdelta.
--
-- Times are text in one fixed form, UTC with nine decimals (2023-09-20T02:00:00.000000000Z): exact, readable, and in
-- the right order when compared as text. JSON columns hold the types of src/model as serde writes them.

-- The developing events. One row each, rewritten by every article that belongs to it.
CREATE TABLE stories (
    number         INTEGER PRIMARY KEY,
    -- Identity, made from the id of the article that opened the story.
    id             TEXT NOT NULL UNIQUE,
    -- When its latest article spoke: long ago means closed.
    last_report_at TEXT NOT NULL,
    -- Counts the articles committed to it. A writer whose copy is older is refused, so two instances cannot
    -- overwrite each other's facts.
    revision       INTEGER NOT NULL,
    -- The whole story with its profile (JSON, model::Story).
    body           TEXT NOT NULL
) STRICT;

-- Open stories are asked for at start, and lists show the latest first.
CREATE INDEX stories_by_report ON stories (last_report_at);

-- Every report as received. Never changed after it is written.
CREATE TABLE articles (
    -- In order of commit.
    number       INTEGER PRIMARY KEY,
    -- Identity: the same article read twice has the same id, and the second is refused here.
    id           TEXT NOT NULL UNIQUE,
    -- The story it belongs to.
    story        TEXT NOT NULL REFERENCES stories (id),
    -- The article it repeats, or its own id.
    origin       TEXT NOT NULL,
    -- Who publishes it.
    outlet       TEXT,
    -- Where it can be read.
    url          TEXT,
    -- When it was published, with the offset that its author wrote (RFC 3339, not for comparing).
    published_at TEXT,
    -- When an input saw it.
    received_at  TEXT NOT NULL,
    -- When newsdelta had read it.
    learned_at   TEXT NOT NULL,
    -- The headline.
    title        TEXT NOT NULL,
    -- Title, blank line, body: what all offsets refer to.
    text         TEXT NOT NULL
) STRICT;

CREATE INDEX articles_by_story ON articles (story, number);

-- What is held known, one row for each key of a story.
CREATE TABLE facts (
    number         INTEGER PRIMARY KEY,
    story          TEXT NOT NULL REFERENCES stories (id),
    -- Under what it is kept (JSON, model::FactKey: its fields always come in the same order).
    key            TEXT NOT NULL,
    -- The running value that follows from the claims (JSON, model::Value), or nothing.
    value          TEXT,
    -- What was last told about it (JSON, model::Value), or nothing: the next alert starts there.
    told           TEXT,
    -- What was told as conflicting (JSON list of model::Value): a disagreement is told once.
    conflicts_told TEXT NOT NULL,
    -- When the article spoke that was last told, or nothing: older reports stay silent.
    told_at        TEXT,
    -- How many of its claims the limit of the history has dropped.
    merged         INTEGER NOT NULL,
    UNIQUE (story, key)
) STRICT;

-- What each article says. Only ever added to: the history of a fact is its claims.
CREATE TABLE claims (
    -- In order of commit.
    number     INTEGER PRIMARY KEY,
    fact       INTEGER NOT NULL REFERENCES facts (number),
    -- The article whose commit brought it.
    article    INTEGER NOT NULL REFERENCES articles (number),
    -- When it held: the first of the two times to ask by.
    held_at    TEXT NOT NULL,
    -- When newsdelta learned it: the second.
    learned_at TEXT NOT NULL,
    -- The claim with its quote, offsets, rule and source (JSON, model::KnownClaim).
    body       TEXT NOT NULL,
    -- 1: among the claims by which the fact is compared. 0: the limit of the history dropped it there; it is kept only
    -- for questions about the past.
    compared   INTEGER NOT NULL DEFAULT 1 CHECK (compared IN (0, 1))
) STRICT;

CREATE INDEX claims_by_fact ON claims (fact, held_at, number);
-- Bounded for each fact, however long its history: what an article costs must not grow with it.
CREATE INDEX claims_compared ON claims (fact, held_at, number) WHERE compared = 1;
CREATE INDEX claims_by_article ON claims (article, number);

-- What is to be told: the alerts that one article makes for its story. Written with the facts they rest on.
CREATE TABLE messages (
    number     INTEGER PRIMARY KEY,
    -- The same on every retry and every replay.
    id         TEXT NOT NULL UNIQUE,
    article    INTEGER NOT NULL REFERENCES articles (number),
    -- The message (JSON, model::Message).
    body       TEXT NOT NULL
) STRICT;

CREATE INDEX messages_by_article ON messages (article, number);

-- The outbox: one row for each message and output.
CREATE TABLE deliveries (
    -- In order of commit: the order in which messages of one story reach an output.
    number       INTEGER PRIMARY KEY AUTOINCREMENT,
    message      INTEGER NOT NULL REFERENCES messages (number),
    -- Name of the output in the config.
    output       TEXT NOT NULL,
    -- The story of the message: what must stay in order.
    story        TEXT NOT NULL,
    -- due: first of its story and output, to be attempted at due_at.
    -- queued: behind a due one of the same story and output.
    -- delivered: taken by the output.
    -- dead: given up, on the list of dead letters.
    -- discarded: taken off that list by somebody.
    state        TEXT NOT NULL CHECK (state IN ('due', 'queued', 'delivered', 'dead', 'discarded')),
    -- When it may be attempted. While it is leased: when the lease ends.
    due_at       TEXT NOT NULL,
    -- When the lease ends, while it is leased.
    leased_until TEXT,
    -- Counts the leases: an answer under an older one is not taken.
    lease        INTEGER NOT NULL DEFAULT 0,
    -- Counts the attempts that ended.
    attempts     INTEGER NOT NULL DEFAULT 0,
    -- When the message was committed.
    queued_at    TEXT NOT NULL,
    -- When it was delivered, given up or discarded.
    ended_at     TEXT,
    -- Why the last attempt failed.
    reason       TEXT,
    UNIQUE (message, output)
) STRICT;

-- The next ones of an output to attempt.
CREATE INDEX deliveries_due ON deliveries (output, due_at, number) WHERE state = 'due';
-- At most one message of a story is on its way to an output: the schema itself keeps the order.
CREATE UNIQUE INDEX deliveries_head ON deliveries (output, story) WHERE state = 'due';
-- The one to follow it.
CREATE INDEX deliveries_queue ON deliveries (output, story, number) WHERE state = 'queued';
CREATE INDEX deliveries_dead ON deliveries (number) WHERE state = 'dead';

-- What could not be read. Bounded in number and in bytes; the oldest are dropped.
CREATE TABLE failed_items (
    number    INTEGER PRIMARY KEY AUTOINCREMENT,
    -- Name of the input in the config.
    input     TEXT NOT NULL,
    -- File name or record position.
    label     TEXT NOT NULL,
    -- File ending or content type, if known.
    form      TEXT,
    -- Why it could not be read.
    reason    TEXT NOT NULL,
    failed_at TEXT NOT NULL,
    -- How many bytes the item had: more than are kept when it was cut.
    size      INTEGER NOT NULL,
    -- The first bytes.
    bytes     BLOB NOT NULL,
    -- 1: somebody asked to have it read again.
    retry     INTEGER NOT NULL DEFAULT 0 CHECK (retry IN (0, 1))
) STRICT;

CREATE INDEX failed_items_to_retry ON failed_items (number) WHERE retry = 1;

-- How far each input has been consumed. Only moves forward.
CREATE TABLE checkpoints (
    -- Name of the input in the config.
    input TEXT NOT NULL,
    -- Topic and partition, or empty.
    part  TEXT NOT NULL,
    -- The next offset to read.
    next  INTEGER NOT NULL,
    PRIMARY KEY (input, part)
) STRICT, WITHOUT ROWID;

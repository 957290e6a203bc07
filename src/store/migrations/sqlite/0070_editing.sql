-- What people did, stories that went into others, and articles that wait for their time.

-- Every edit, in order. Only ever added to.
CREATE TABLE audit (
    number  INTEGER PRIMARY KEY,
    -- When.
    at      TEXT NOT NULL,
    -- Who, as the editor signed.
    editor  TEXT NOT NULL,
    -- From where: http or command_line.
    via     TEXT NOT NULL,
    -- Over HTTP: the token that was sent (its name in the config), or loopback when none is needed.
    token   TEXT,
    -- Which edit: correct, pin, mute and so on (model::Action).
    action  TEXT NOT NULL,
    -- What it did, for people.
    what    TEXT NOT NULL,
    -- The story it was made in, if any.
    story   TEXT,
    -- The article that carries the editor's word, or the one that was dealt with, if any.
    article TEXT,
    -- Why, as the editor says.
    note    TEXT
) STRICT;

-- A daemon looks whether stories were merged or split before it reads on.
CREATE INDEX audit_regroupings ON audit (number) WHERE action IN ('merge', 'split');

-- The story that this one's reports went into. It has no reports and no facts any more and answers with that one.
ALTER TABLE stories ADD COLUMN merged_into TEXT;
CREATE INDEX stories_merged ON stories (merged_into) WHERE merged_into IS NOT NULL;

-- When the item is to be read again by itself: its articles were under embargo.
ALTER TABLE failed_items ADD COLUMN retry_at TEXT;
CREATE INDEX failed_items_by_retry ON failed_items (retry_at) WHERE retry_at IS NOT NULL;

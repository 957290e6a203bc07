-- By which words stories are found, and where mutes came from.

-- One row for each word of a story: of its title and the titles of its reports, of the places and actors of its facts,
-- and the kinds of its facts. What follows from the other tables; the program fills it for stories of before.
CREATE TABLE search (
    story TEXT NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
    -- title, place, actor or about.
    kind  TEXT NOT NULL,
    -- The word in small letters without marks (src/store/search.rs).
    term  TEXT NOT NULL,
    PRIMARY KEY (story, kind, term)
) STRICT, WITHOUT ROWID;

CREATE INDEX search_by_term ON search (kind, term);

-- A page of the list of stories is read from this alone.
CREATE INDEX stories_listed ON stories (last_report_at, id, merged_into) WHERE merged_into IS NULL;

-- The story that the mute was made in, if that story went into the one it is in now.
ALTER TABLE mutes ADD COLUMN came_from TEXT;

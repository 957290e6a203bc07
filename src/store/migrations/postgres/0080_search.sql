-- By which words stories are found, and where mutes came from.

-- One row for each word of a story: of its title and the titles of its reports, of the places and actors of its facts,
-- and the kinds of its facts. What follows from the other tables; the program fills it for stories of before. The
-- columns about, place and names of facts are no longer read.
CREATE TABLE search (
    story TEXT COLLATE "C" NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
    -- title, place, actor or about.
    kind  TEXT COLLATE "C" NOT NULL,
    -- The word in small letters without marks (src/store/search.rs).
    term  TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (story, kind, term)
);

CREATE INDEX search_by_term ON search (kind, term, story);

-- The story that the mute was made in, if that story went into the one it is in now.
ALTER TABLE mutes ADD COLUMN came_from TEXT COLLATE "C";

-- Where many stories are open, every row that a commit puts somewhere into the middle of an index costs it a page of its own.

-- Claims are asked for by their fact, those that are compared apart from the others: one index is in order for both.
CREATE INDEX claims_of_fact ON claims (fact, compared, held_at);
DROP INDEX claims_by_fact;
DROP INDEX claims_compared;

-- A story is found by about eight words of each of its reports. The index of a full text search writes what is new one behind
-- the other and sorts it in later. One row for each commit that gave a story words; the story is known by the row: its number is
-- that of the story, times 2^20, and its revision (src/store/sqlite/search.rs).
ALTER TABLE search RENAME TO search_before;
CREATE VIRTUAL TABLE search USING fts5 (
    title, place, actor, about,
    content = '', contentless_delete = 1, detail = 'column', tokenize = 'ascii'
);
INSERT INTO search (rowid, title, place, actor, about)
    SELECT stories.number << 20,
        group_concat(term, ' ') FILTER (WHERE kind = 'title'), group_concat(term, ' ') FILTER (WHERE kind = 'place'),
        group_concat(term, ' ') FILTER (WHERE kind = 'actor'), group_concat(term, ' ') FILTER (WHERE kind = 'about')
    FROM search_before JOIN stories ON stories.id = search_before.story GROUP BY stories.number;
DROP TABLE search_before;

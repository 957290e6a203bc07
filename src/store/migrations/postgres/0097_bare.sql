-- Stories of which no report has claimed anything: nearly all that is published opens such stories, and few of them are
-- read back at a start.
ALTER TABLE stories ADD COLUMN bare BOOLEAN NOT NULL DEFAULT FALSE;

-- Stories of which no report has claimed anything: nearly all that is published opens such stories, and few of them are
-- read back at a start.
ALTER TABLE stories ADD COLUMN bare INTEGER NOT NULL DEFAULT 0;

CREATE INDEX stories_open ON stories (bare, last_report_at) WHERE merged_into IS NULL;

-- Lists are read along stories_listed, open stories along stories_open.
DROP INDEX stories_by_report;

-- Versions of one document, and their withdrawal.

-- The publisher's identity of the document, the same for every version of it; nothing when it states none.
ALTER TABLE articles ADD COLUMN document TEXT;
-- Which version of it, as the publisher counts.
ALTER TABLE articles ADD COLUMN version TEXT;
-- 1 when the publisher withdraws the document with this version.
ALTER TABLE articles ADD COLUMN withdrawn INTEGER NOT NULL DEFAULT 0;

-- A withdrawal asks for the versions before it.
CREATE INDEX articles_by_document ON articles (document) WHERE document IS NOT NULL;

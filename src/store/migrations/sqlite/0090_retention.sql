-- What may go when nobody wants it any more.

-- Reports whose text is still there, the oldest first. A text that was dropped is empty; no report comes without one.
CREATE INDEX articles_with_text ON articles (learned_at) WHERE text <> '';

-- What may go when nobody wants it any more.

-- A text that was dropped is empty; no report comes without one. What finds the others is made beside the work
-- (src/store/postgres/indexes.rs).
SELECT 1;

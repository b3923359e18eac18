-- The first by number, with all that equal the last of them: texts are looked
-- up for these only, and then decide between equals.
SELECT count(*) OVER (), id, page_views, visitors, uniques, visits, bounces, exits, duration_s, duration_n
FROM ({grouped}) grouped
WHERE {having}
QUALIFY rank() OVER (ORDER BY {sort} DESC NULLS LAST) <= {limit}

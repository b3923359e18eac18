-- Ties are sorted by text, so only what can be among the first is joined with its text.
WITH grouped AS ({grouped}),
kept AS (SELECT *, {sort} AS sort_key FROM grouped WHERE {having}),
least AS (SELECT sort_key FROM kept ORDER BY sort_key DESC NULLS LAST LIMIT {limit})
SELECT (SELECT count(*) FROM kept), d.text, page_views, visitors, uniques, visits, bounces, exits, duration_s, duration_n
FROM kept LEFT JOIN {dictionary} d ON d.id = kept.id
WHERE sort_key >= (SELECT min(sort_key) FROM least) OR (SELECT count(*) FROM least WHERE sort_key IS NULL) > 0
ORDER BY sort_key DESC NULLS LAST, coalesce(d.text, '(unknown)') LIMIT {limit}

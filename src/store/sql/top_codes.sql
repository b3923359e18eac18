WITH grouped AS MATERIALIZED ({grouped}),
kept AS MATERIALIZED (SELECT * FROM grouped WHERE {having})
SELECT (SELECT count(*) FROM kept), id, page_views, visitors, uniques, visits, bounces, exits, duration_s, duration_n
FROM kept

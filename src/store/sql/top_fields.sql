WITH grouped AS MATERIALIZED ({grouped}),
named AS (
    SELECT coalesce({field}, '') AS value, {sums}
    FROM grouped LEFT JOIN {dictionary} d ON d.id = grouped.id GROUP BY 1
),
kept AS MATERIALIZED (SELECT * FROM named WHERE {having})
SELECT (SELECT count(*) FROM kept), value, page_views, visitors, uniques, visits, bounces, exits, duration_s, duration_n
FROM kept ORDER BY {sort} DESC NULLS LAST, CASE value WHEN '' THEN '(unknown)' ELSE value END LIMIT {limit}

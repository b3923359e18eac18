-- One pass over the facts for the series and every list of a report. Exactly
-- one of the columns of a row is not null: the one that its set groups by.
SELECT g, id, n, page_views, visitors, uniques, visits, bounces, exits, duration_s, duration_n
FROM (
    SELECT *, count(*) OVER (PARTITION BY g) AS n,
           rank() OVER (PARTITION BY g ORDER BY CASE g WHEN {page} THEN uniques ELSE {visitors} END DESC) AS place
    FROM (
        SELECT grouping({columns}) AS g, coalesce({casts}) AS id, {sums}
        FROM page_facts WHERE {conditions} GROUP BY GROUPING SETS ({sets})
    )
    WHERE page_views <> 0 OR visits <> 0 OR visitors <> 0 OR uniques <> 0 OR exits <> 0 OR duration_n <> 0 OR bounces <> 0
)
WHERE place <= {limit} OR g IN ({whole})

-- The day of temp.span: hours become the day; places, versions and referrer
-- paths with fewer than 3 visits become (rare).
CREATE OR REPLACE TEMP TABLE old AS
    SELECT f.* FROM page_facts f, temp.main.span WHERE f.bucket >= span.start AND f.bucket < span.stop;

INSERT INTO places SELECT (SELECT coalesce(max(id), 0) FROM places) + 1, '(rare)'
    WHERE NOT EXISTS (SELECT 1 FROM places WHERE text = '(rare)');

CREATE OR REPLACE TEMP TABLE regions_kept AS
    SELECT site, region FROM temp.main.old GROUP BY ALL HAVING sum(visits) >= 3;
CREATE OR REPLACE TEMP TABLE cities_kept AS
    SELECT site, city FROM temp.main.old GROUP BY ALL HAVING sum(visits) >= 3;

CREATE OR REPLACE TEMP TABLE agents_rare AS
    SELECT u.site, u.agent, split_part(a.text, chr(31), 1) || chr(31) || '(rare)' AS text
    FROM (SELECT site, browser AS agent, sum(visits) n FROM temp.main.old GROUP BY ALL) u JOIN agents a ON a.id = u.agent
    WHERE u.n < 3;
INSERT INTO agents SELECT (SELECT coalesce(max(id), 0) FROM agents) + row_number() OVER (ORDER BY text), text
    FROM (SELECT DISTINCT text FROM temp.main.agents_rare) WHERE text NOT IN (SELECT text FROM agents);

CREATE OR REPLACE TEMP TABLE referrers_rare AS
    SELECT u.site, u.referrer, split_part(r.text, '/', 1) || '/(rare)' AS text
    FROM (SELECT site, referrer, sum(visits) n FROM temp.main.old GROUP BY ALL) u JOIN referrers r ON r.id = u.referrer
    WHERE u.n < 3 AND contains(r.text, '/') AND r.text <> 'Direct / none';
INSERT INTO referrers SELECT (SELECT coalesce(max(id), 0) FROM referrers) + row_number() OVER (ORDER BY text), text
    FROM (SELECT DISTINCT text FROM temp.main.referrers_rare) WHERE text NOT IN (SELECT text FROM referrers);

CREATE OR REPLACE TEMP TABLE merged AS
    SELECT o.site, kind, (SELECT start FROM temp.main.span) AS bucket, page, host, source,
           coalesce(rn.id, o.referrer) AS referrer, channel, campaign, country,
           CASE WHEN o.region = 0 OR rk.site IS NOT NULL THEN o.region ELSE (SELECT min(id) FROM places WHERE text = '(rare)') END AS region,
           CASE WHEN o.city = 0 OR ck.site IS NOT NULL THEN o.city ELSE (SELECT min(id) FROM places WHERE text = '(rare)') END AS city,
           coalesce(an.id, o.browser) AS browser, os, device,
           CAST(sum(page_views) AS INTEGER) page_views, CAST(sum(visitors) AS INTEGER) visitors,
           CAST(sum(uniques) AS INTEGER) uniques, CAST(sum(visits) AS INTEGER) visits,
           CAST(sum(bounces) AS INTEGER) bounces, CAST(sum(exits) AS INTEGER) exits,
           CAST(sum(duration_s) AS INTEGER) duration_s, CAST(sum(duration_n) AS INTEGER) duration_n
    FROM temp.main.old o
    LEFT JOIN temp.main.regions_kept rk ON rk.site = o.site AND rk.region = o.region
    LEFT JOIN temp.main.cities_kept ck ON ck.site = o.site AND ck.city = o.city
    LEFT JOIN temp.main.agents_rare ar ON ar.site = o.site AND ar.agent = o.browser
    LEFT JOIN agents an ON an.text = ar.text
    LEFT JOIN temp.main.referrers_rare rr ON rr.site = o.site AND rr.referrer = o.referrer
    LEFT JOIN referrers rn ON rn.text = rr.text
    GROUP BY ALL;
DELETE FROM page_facts USING temp.main.span WHERE bucket >= span.start AND bucket < span.stop;
INSERT INTO page_facts SELECT * FROM temp.main.merged ORDER BY ALL;

CREATE OR REPLACE TEMP TABLE merged AS
    SELECT site, (SELECT start FROM temp.main.span) AS bucket, class, status, method, bot,
           CAST(sum(requests) AS INTEGER), CAST(sum(bytes) AS BIGINT), CAST(sum(time_us) AS BIGINT), CAST(sum(time_n) AS INTEGER)
    FROM request_facts, temp.main.span WHERE bucket >= span.start AND bucket < span.stop GROUP BY ALL;
DELETE FROM request_facts USING temp.main.span WHERE bucket >= span.start AND bucket < span.stop;
INSERT INTO request_facts SELECT * FROM temp.main.merged ORDER BY ALL;

CREATE OR REPLACE TEMP TABLE merged AS
    SELECT site, (SELECT start FROM temp.main.span) AS bucket, class, status, method, path,
           CAST(sum(requests) AS INTEGER), CAST(sum(bytes) AS BIGINT)
    FROM error_facts, temp.main.span WHERE bucket >= span.start AND bucket < span.stop GROUP BY ALL;
DELETE FROM error_facts USING temp.main.span WHERE bucket >= span.start AND bucket < span.stop;
INSERT INTO error_facts SELECT * FROM temp.main.merged ORDER BY ALL;

CREATE OR REPLACE TEMP TABLE merged AS
    SELECT site, (SELECT start FROM temp.main.span) AS bucket, class, status, method, bot, bin, CAST(sum(requests) AS INTEGER)
    FROM latency_facts, temp.main.span WHERE bucket >= span.start AND bucket < span.stop GROUP BY ALL;
DELETE FROM latency_facts USING temp.main.span WHERE bucket >= span.start AND bucket < span.stop;
INSERT INTO latency_facts SELECT * FROM temp.main.merged ORDER BY ALL;

CREATE OR REPLACE TEMP TABLE merged AS
    SELECT site, (SELECT start FROM temp.main.span) AS bucket, class, CAST(sum(lines) AS BIGINT)
    FROM ledger, temp.main.span WHERE bucket >= span.start AND bucket < span.stop GROUP BY ALL;
DELETE FROM ledger USING temp.main.span WHERE bucket >= span.start AND bucket < span.stop;
INSERT INTO ledger SELECT * FROM temp.main.merged ORDER BY ALL;
DELETE FROM unmerged USING temp.main.span WHERE bucket >= span.start AND bucket < span.stop;

-- Every table with an hour: the due hours' rows summed by their dimensions.
CREATE OR REPLACE TEMP TABLE merged AS
    SELECT site, kind, bucket, page, host, source, referrer, channel, campaign, country, region, city, browser, os, device,
           CAST(sum(page_views) AS INTEGER) page_views, CAST(sum(visitors) AS INTEGER) visitors,
           CAST(sum(uniques) AS INTEGER) uniques, CAST(sum(visits) AS INTEGER) visits,
           CAST(sum(bounces) AS INTEGER) bounces, CAST(sum(exits) AS INTEGER) exits,
           CAST(sum(duration_s) AS INTEGER) duration_s, CAST(sum(duration_n) AS INTEGER) duration_n
    FROM page_facts WHERE bucket IN (SELECT bucket FROM temp.main.due) GROUP BY ALL;
DELETE FROM page_facts WHERE bucket IN (SELECT bucket FROM temp.main.due);
INSERT INTO page_facts SELECT * FROM temp.main.merged
    WHERE page_views <> 0 OR visitors <> 0 OR uniques <> 0 OR visits <> 0 OR bounces <> 0 OR exits <> 0 OR duration_n <> 0
    ORDER BY ALL;

CREATE OR REPLACE TEMP TABLE merged AS
    SELECT site, bucket, class, status, method, bot, CAST(sum(requests) AS INTEGER) requests,
           CAST(sum(bytes) AS BIGINT) bytes, CAST(sum(time_us) AS BIGINT) time_us, CAST(sum(time_n) AS INTEGER) time_n
    FROM request_facts WHERE bucket IN (SELECT bucket FROM temp.main.due) GROUP BY ALL;
DELETE FROM request_facts WHERE bucket IN (SELECT bucket FROM temp.main.due);
INSERT INTO request_facts SELECT * FROM temp.main.merged ORDER BY ALL;

CREATE OR REPLACE TEMP TABLE merged AS
    SELECT site, bucket, class, status, method, path, CAST(sum(requests) AS INTEGER) requests, CAST(sum(bytes) AS BIGINT) bytes
    FROM error_facts WHERE bucket IN (SELECT bucket FROM temp.main.due) GROUP BY ALL;
DELETE FROM error_facts WHERE bucket IN (SELECT bucket FROM temp.main.due);
INSERT INTO error_facts SELECT * FROM temp.main.merged ORDER BY ALL;

CREATE OR REPLACE TEMP TABLE merged AS
    SELECT site, bucket, class, status, method, bot, bin, CAST(sum(requests) AS INTEGER) requests
    FROM latency_facts WHERE bucket IN (SELECT bucket FROM temp.main.due) GROUP BY ALL;
DELETE FROM latency_facts WHERE bucket IN (SELECT bucket FROM temp.main.due);
INSERT INTO latency_facts SELECT * FROM temp.main.merged ORDER BY ALL;

CREATE OR REPLACE TEMP TABLE merged AS
    SELECT site, bucket, class, CAST(sum(lines) AS BIGINT) lines
    FROM ledger WHERE bucket IN (SELECT bucket FROM temp.main.due) GROUP BY ALL;
DELETE FROM ledger WHERE bucket IN (SELECT bucket FROM temp.main.due);
INSERT INTO ledger SELECT * FROM temp.main.merged ORDER BY ALL;

-- One mark stays, so that the next commit to such an hour makes it due again.
DELETE FROM unmerged WHERE bucket IN (SELECT bucket FROM temp.main.due);
INSERT INTO unmerged SELECT bucket FROM temp.main.due;

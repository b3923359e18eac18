INSERT INTO sites VALUES (1, 'example.com');
INSERT INTO pages SELECT i + 2, '/section-' || (i % 40) || '/page-' || i FROM range(20000) t(i);
INSERT INTO referrers SELECT i + 1, 'host' || (i % 700) || '.example/path-' || i FROM range(5000) t(i);
INSERT INTO sources SELECT i + 1, 'source ' || i FROM range(700) t(i);
INSERT INTO agents SELECT i + 1, 'Family' || (i % 12) || chr(31) || (i // 12) FROM range(200) t(i);
INSERT INTO methods VALUES (1, 'GET'), (2, 'POST'), (3, 'HEAD');
INSERT INTO bots SELECT i + 1, 'Bot' || i || chr(31) || 'search' FROM range(60) t(i);
INSERT INTO values_of_pairs SELECT i + 1, 'source ' || i FROM range(700) t(i);

-- Two and a half page views a visit, and of one day's visits hardly two alike.
INSERT INTO visit_sums
    SELECT 1, 0, {day} - day, 0,
           1 + CAST(floor(700 * pow(u3, 3)) AS UINTEGER), 1 + CAST(floor(5000 * pow(u3, 3)) AS UINTEGER),
           CAST(i % 8 AS UTINYINT), 0, 16640 + (CAST(floor(60 * u4 * u4) AS INTEGER)), 0, 0,
           1 + CAST(floor(200 * u5 * u5) AS UINTEGER), 1 + CAST(floor(40 * u5 * u5) AS UINTEGER), CAST(1 + i % 3 AS UTINYINT),
           CAST(1 AS UINTEGER), 1, i % 2, 2 + i % 2, 90, 1 + i % 2
    FROM (SELECT i, CAST(floor(365 * (i / ({views} / 2.5))) AS INTEGER) AS day, random() u3, random() u4, random() u5
          FROM range(CAST({views} / 2.5 AS BIGINT)) t(i))
    ORDER BY ALL;
INSERT INTO page_sums
    SELECT 1, 0, {day} - day, page, 0, sum(n), 1 + sum(n) * 3 // 4, sum(n) // 3, sum(n) // 6, sum(n) // 3, sum(n) * 20, sum(n) // 2
    FROM (SELECT day, 2 + CAST(floor(20000 * pow(random(), 3)) AS UINTEGER) AS page, 1 AS n
          FROM (SELECT CAST(floor(365 * (i / {views}.0)) AS INTEGER) AS day FROM range({views}) t(i)))
    GROUP BY day, page ORDER BY ALL;
INSERT INTO pairs
    SELECT site, kind, day, 4, page, 1 + CAST(floor(40 * pow(random(), 2)) AS UINTEGER), page_views // 3, uniques // 3, visits // 3
    FROM page_sums WHERE page_views > 20 ORDER BY ALL;
INSERT INTO hours
    SELECT 1, 0, {hour} - h * 3600, {views} // 8760, {views} // 25000, {views} // 21900 FROM range(8760) t(h) ORDER BY ALL;
INSERT INTO request_hours
    SELECT 1, {hour} - h * 3600, c % 8, [200, 200, 304, 301, 404, 500, 206, 200][1 + c % 8], 1 + c % 3, CASE WHEN c % 8 = 7 THEN 1 + c % 60 ELSE 0 END,
           50, 100000, 0, 0
    FROM range(8760) t(h), range(100) s(c) ORDER BY ALL;
INSERT INTO ledger SELECT 1, {hour} - h * 3600, c, 100 FROM range(8760) t(h), range(8) s(c) ORDER BY ALL;
INSERT INTO days SELECT {day} - i, NULL, NULL, 0, 0, false, false, false, 0 FROM range(366) t(i);
CHECKPOINT;

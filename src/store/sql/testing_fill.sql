INSERT INTO sites VALUES (1, 'example.com');
INSERT INTO pages SELECT i + 1, '/section-' || (i % 40) || '/page-' || i FROM range(20000) t(i);
INSERT INTO referrers SELECT i + 1, 'host' || (i % 700) || '.example/path-' || i FROM range(5000) t(i);
INSERT INTO sources SELECT i + 1, 'source ' || i FROM range(700) t(i);
INSERT INTO agents SELECT i + 1, 'Family' || (i % 12) || chr(31) || (i // 12) FROM range(200) t(i);
INSERT INTO methods VALUES (1, 'GET'), (2, 'POST'), (3, 'HEAD');
INSERT INTO bots SELECT i + 1, 'Bot' || i || chr(31) || 'search' FROM range(60) t(i);

INSERT INTO page_facts
    SELECT 1, 0, {hour} - hour * 3600, 1 + CAST(floor(20000 * pow(u2, 3)) AS UINTEGER) AS page, 0,
           1 + CAST(floor(700 * pow(u3, 3)) AS UINTEGER), 1 + CAST(floor(5000 * pow(u3, 3)) AS UINTEGER),
           CAST(i % 8 AS UTINYINT), 0, 16640 + (CAST(floor(60 * u4 * u4) AS INTEGER)), 0, 0,
           1 + CAST(floor(200 * u5 * u5) AS UINTEGER), 1 + CAST(floor(40 * u5 * u5) AS UINTEGER), CAST(1 + i % 3 AS UTINYINT),
           2, 1, 2, 1, i % 2, 1, 40, 1
    FROM (SELECT i, CAST(floor(8760 * (i / {rows}.0)) AS INTEGER) AS hour, random() u2, random() u3, random() u4, random() u5
          FROM range({rows}) t(i))
    ORDER BY hour DESC, page;
INSERT INTO request_facts
    SELECT 1, {hour} - h * 3600, c % 8, [200, 200, 304, 301, 404, 500, 206, 200][1 + c % 8], 1 + c % 3, CASE WHEN c % 8 = 7 THEN 1 + c % 60 ELSE 0 END,
           50, 100000, 0, 0
    FROM range(8760) t(h), range(100) s(c) ORDER BY h DESC;
INSERT INTO ledger SELECT 1, {hour} - h * 3600, c, 100 FROM range(8760) t(h), range(8) s(c) ORDER BY h DESC;
CHECKPOINT;

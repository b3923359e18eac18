CREATE OR REPLACE TEMP TABLE fresh AS
    SELECT i, c.day, c.hash
    FROM temp.main.candidates c
    ANTI JOIN seen s ON c.day = s.day AND c.hash = s.hash;
-- Sorted by value, so that the order of rows says nothing about who came when.
INSERT INTO seen SELECT day, hash FROM temp.main.fresh ORDER BY day, hash;

-- No PRIMARY KEY, UNIQUE or index: on these tables they cost eight times the
-- space, live in memory and rebuild at every open.
CREATE TABLE meta (key VARCHAR, value VARCHAR);

CREATE TABLE sites (id UINTEGER, name VARCHAR);
CREATE TABLE site_hosts (site UINTEGER, host VARCHAR);

-- payload: what it is by content, how far it is committed, its ledger; sealed under
-- the store's key, for a position that moves by a line's length names the page.
CREATE TABLE inputs (id UINTEGER, path VARCHAR, format VARCHAR, payload BLOB USING COMPRESSION uncompressed);

-- salt, key: fingerprints, so that a lost one is noticed. visits_from: open visits of
-- earlier commits ended when their salt was lost. closed: when it was, epoch seconds.
CREATE TABLE days (
    day INTEGER, salt HUGEINT, key HUGEINT, last_commit BIGINT, visits_from UBIGINT,
    marked BOOLEAN, unreadable BOOLEAN, is_open BOOLEAN, closed BIGINT
);

-- Open days: bare hashes of who was seen, and sealed segments. Sealed bytes look like
-- noise: trying to compress them took a fifth of a commit, and saved nothing. Segments
-- that are not merged any more have a table of their own, since a checkpoint writes a
-- changed table whole.
CREATE TABLE seen (day INTEGER, hash UUID);
CREATE TABLE sealed (day INTEGER, tier UTINYINT, first UBIGINT, last UBIGINT, payload BLOB USING COMPRESSION uncompressed);
CREATE TABLE sealed_full (day INTEGER, tier UTINYINT, first UBIGINT, last UBIGINT, payload BLOB USING COMPRESSION uncompressed);

-- Page counters of days that are too small to stand alone, sealed under a key of their
-- own; counted: the day that they came along with, once they have.
CREATE TABLE carried (
    site UINTEGER, kind UTINYINT, day INTEGER, closed BIGINT, counted INTEGER,
    payload BLOB USING COMPRESSION uncompressed
);

-- Closed days.
CREATE TABLE ledger (site UINTEGER, bucket UINTEGER, class UTINYINT, lines BIGINT);
CREATE TABLE hours (site UINTEGER, kind UTINYINT, bucket UINTEGER, page_views UINTEGER, visitors UINTEGER, visits UINTEGER);
CREATE TABLE visit_sums (
    site UINTEGER, kind UTINYINT, day INTEGER, host UINTEGER, source UINTEGER, referrer UINTEGER, channel UTINYINT,
    campaign UINTEGER, country USMALLINT, region UINTEGER, city UINTEGER, browser UINTEGER, os UINTEGER, device UTINYINT,
    visitors UINTEGER, visits UINTEGER, bounces UINTEGER, page_views UINTEGER, seconds UINTEGER, timed UINTEGER
);
CREATE TABLE page_sums (
    site UINTEGER, kind UTINYINT, day INTEGER, page UINTEGER, host UINTEGER,
    page_views UINTEGER, uniques UINTEGER, visits UINTEGER, bounces UINTEGER, exits UINTEGER,
    duration_s UINTEGER, duration_n UINTEGER
);
CREATE TABLE pairs (
    site UINTEGER, kind UTINYINT, day INTEGER, dimension UTINYINT, page UINTEGER, value UINTEGER,
    page_views UINTEGER, uniques UINTEGER, visits UINTEGER
);
CREATE TABLE request_hours (
    site UINTEGER, bucket UINTEGER, class UTINYINT, status USMALLINT, method UINTEGER, bot UINTEGER,
    requests UINTEGER, bytes BIGINT, time_us BIGINT, time_n UINTEGER
);
-- Bytes and times of hours in which a kind of request was too rare to tell them.
CREATE TABLE request_days (
    site UINTEGER, day INTEGER, class UTINYINT, status USMALLINT, method UINTEGER, bot UINTEGER,
    bytes BIGINT, time_us BIGINT, time_n UINTEGER
);
-- Paths of errors and redirects only.
CREATE TABLE error_days (
    site UINTEGER, day INTEGER, class UTINYINT, status USMALLINT, method UINTEGER, path UINTEGER,
    requests UINTEGER, bytes BIGINT
);
-- A histogram of times taken; bin: see latency_bin.
CREATE TABLE latency_hours (
    site UINTEGER, bucket UINTEGER, class UTINYINT, status USMALLINT, method UINTEGER, bot UINTEGER,
    bin USMALLINT, requests UINTEGER
);
CREATE TABLE latency_days (
    site UINTEGER, day INTEGER, class UTINYINT, status USMALLINT, method UINTEGER, bot UINTEGER,
    bin USMALLINT, requests UINTEGER
);

-- Texts of rows that are kept, numbered in sorted order when days are closed.
CREATE TABLE pages (id UINTEGER, text VARCHAR);
CREATE TABLE paths (id UINTEGER, text VARCHAR);
CREATE TABLE referrers (id UINTEGER, text VARCHAR);
CREATE TABLE sources (id UINTEGER, text VARCHAR);
CREATE TABLE campaigns (id UINTEGER, text VARCHAR);
CREATE TABLE agents (id UINTEGER, text VARCHAR);
CREATE TABLE places (id UINTEGER, text VARCHAR);
CREATE TABLE hosts (id UINTEGER, text VARCHAR);
CREATE TABLE bots (id UINTEGER, text VARCHAR);
CREATE TABLE methods (id UINTEGER, text VARCHAR);
CREATE TABLE values_of_pairs (id UINTEGER, text VARCHAR);
-- The row that takes what rows of few visitors may not tell is known by its number.
INSERT INTO pages VALUES (1, '(few)');

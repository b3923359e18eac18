-- No PRIMARY KEY, UNIQUE or index: on these tables they cost eight times the
-- space, live in memory and rebuild at every open.
CREATE TABLE meta (key VARCHAR, value VARCHAR);

CREATE TABLE sites (id UINTEGER, name VARCHAR);
CREATE TABLE site_hosts (site UINTEGER, host VARCHAR);

-- One row an input: what it is by content, how far it is committed, its ledger.
CREATE TABLE inputs (
    id UINTEGER, path VARCHAR, format VARCHAR, site UINTEGER,
    head_len UINTEGER, head HUGEINT,
    position UBIGINT, tail_len UINTEGER, tail HUGEINT,
    first_record UINTEGER, last_record UINTEGER, last_site UINTEGER, last_bucket UINTEGER,
    page UBIGINT, asset UBIGINT, feed UBIGINT, redirect UBIGINT, client_error UBIGINT, server_error UBIGINT,
    other UBIGINT, bot UBIGINT, excluded UBIGINT, out_of_window UBIGINT, malformed UBIGINT,
    committed BIGINT
);

CREATE TABLE ledger (site UINTEGER, bucket UINTEGER, class UTINYINT, lines BIGINT);

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
-- How many new texts a site brought into a dictionary on a day.
CREATE TABLE caps (dictionary UTINYINT, site UINTEGER, day INTEGER, texts BIGINT);

-- bucket: start of the local hour (of the day, once coarsened), epoch seconds in UTC.
CREATE TABLE page_facts (
    site UINTEGER, kind UTINYINT, bucket UINTEGER, page UINTEGER, host UINTEGER,
    source UINTEGER, referrer UINTEGER, channel UTINYINT, campaign UINTEGER,
    country USMALLINT, region UINTEGER, city UINTEGER, browser UINTEGER, os UINTEGER, device UTINYINT,
    page_views INTEGER, visitors INTEGER, uniques INTEGER, visits INTEGER, bounces INTEGER, exits INTEGER,
    duration_s INTEGER, duration_n INTEGER
);
CREATE TABLE request_facts (
    site UINTEGER, bucket UINTEGER, class UTINYINT, status USMALLINT, method UINTEGER, bot UINTEGER,
    requests INTEGER, bytes BIGINT, time_us BIGINT, time_n INTEGER
);
-- Paths of errors and redirects only.
CREATE TABLE error_facts (
    site UINTEGER, bucket UINTEGER, class UTINYINT, status USMALLINT, method UINTEGER, path UINTEGER,
    requests INTEGER, bytes BIGINT
);
-- A histogram of times taken; bin: see model/latency.rs.
CREATE TABLE latency_facts (
    site UINTEGER, bucket UINTEGER, class UTINYINT, status USMALLINT, method UINTEGER, bot UINTEGER,
    bin USMALLINT, requests INTEGER
);
CREATE TABLE event_facts (
    site UINTEGER, bucket UINTEGER, event UINTEGER, events INTEGER, visitors INTEGER, amount BIGINT
);

CREATE TABLE seen (day INTEGER, hash HUGEINT);
CREATE TABLE open_visits (day INTEGER, shard USMALLINT, payload BLOB);
-- The newest committed time of a day, by which its open visits are dropped.
CREATE TABLE newest (day INTEGER, site UINTEGER, kind UTINYINT, time UINTEGER);
-- salt: a fingerprint of the day's salt, so that a lost one is noticed.
CREATE TABLE days (day INTEGER, salt HUGEINT, last_commit BIGINT, marked BOOLEAN, coarsened BOOLEAN);
-- Hours with rows of more than one commit, to be merged once they have passed.
CREATE TABLE unmerged (bucket UINTEGER);

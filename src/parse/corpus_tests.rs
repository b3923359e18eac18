//! Other people's logs, where they are there to test with
//! (`../shared/data`, see its README). Nothing of them is in this project.

use super::*;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// The folders that hold no logs.
const NO_LOGS: [&str; 4] = ["ua", "geo", "referrers", "fathom-lite"];

/// Every log and the format it is detected as.
///
/// Refused are: what other servers write (HAProxy, squid, Envoy, Zoraxy, nginx
/// error logs, Guacamole, Sympa); W3C logs without requests (RTMP, FTP,
/// SHOUTcast); and what cannot be known without a format string (gonx, other
/// dates, nginx-proxy-manager).
const FILES: &str = "\
advertools/combined_latin1_enc.log                        nginx combined
advertools/combined_no_errors.log                         nginx combined
advertools/combined_with_errors.log                       nginx combined
advertools/dreamhost_apache_access.log                    nginx combined
advertools/nginx_access.log                               nginx combined
advertools/nginx_custom_date.log                          refused
apachelogs-py/vhost_combined.log                          nginx combined with host
crowdsec/apache-cve-2021-41773.log                        common log
crowdsec/apache-guacamole-logs.log                        refused
crowdsec/apache-guacamole_bf.log                          refused
crowdsec/apache-guacamole_user_enum.log                   refused
crowdsec/apache-http-probing.log                          common log
crowdsec/apache2-http-sensitive-files.log                 common log
crowdsec/apache2-logs.log                                 nginx combined
crowdsec/apache2-malformed.log                            nginx combined
crowdsec/apache_log4j2_cve-2021-44228.log                 nginx combined
crowdsec/aws-alb-http-bad-user-agent.log                  aws alb
crowdsec/aws-alb-logs.log                                 aws alb
crowdsec/aws-cloudfront-logs.log                          aws cloudfront
crowdsec/base-upsun-generic-test.log                      refused
crowdsec/base-upsun-httplog-logs.log                      refused
crowdsec/bunkerweb-bad-user-agent.log                     nginx combined with host
crowdsec/bunkerweb-http-malformed.log                     nginx combined with host
crowdsec/bunkerweb-http-path-traversal.log                nginx combined with host
crowdsec/bunkerweb-http-sensitive-files.log               nginx combined with host
crowdsec/bunkerweb-logs.log                               nginx combined with host
crowdsec/caddy-basic-auth-bf.log                          caddy json
crowdsec/caddy-coraza.log                                 caddy json
crowdsec/caddy-crs-anomaly-score.log                      caddy json
crowdsec/caddy-logs.log                                   caddy json
crowdsec/envoy-http-bad-user-agent.log                    refused
crowdsec/envoy-http-crawl-non_statics.log                 refused
crowdsec/envoy-logs.log                                   refused
crowdsec/haproxy-logs.log                                 refused
crowdsec/haproxy-nextcloud-whitelist.log                  refused
crowdsec/http-admin-interface-probing.log                 nginx combined
crowdsec/http-bf-wordpress-bf.log                         nginx combined
crowdsec/http-cve-probing.log                             nginx combined
crowdsec/http-dos-bypass-cache.log                        nginx combined
crowdsec/http-dos-invalid-http-versions.log               nginx combined
crowdsec/http-dos-random-uri.log                          nginx combined
crowdsec/http-dos-switching-ua.log                        nginx combined
crowdsec/http-generic-test.log                            nginx combined
crowdsec/http-magento-bf.log                              refused
crowdsec/http-technology-probing.log                      nginx combined
crowdsec/http-wordpress-scan.log                          nginx combined
crowdsec/http-wordpress_user-enum.log                     nginx combined
crowdsec/http-wordpress_wpconfig.log                      nginx combined
crowdsec/iis-xml-logs.log                                 refused
crowdsec/litespeed-admin-bf.log                           refused
crowdsec/litespeed-http-sensitive-files.log               nginx combined
crowdsec/litespeed-logs.log                               nginx combined
crowdsec/modsecurity-nginx.log                            refused
crowdsec/nginx-bad-user-agent.log                         nginx combined
crowdsec/nginx-cve-2021-41773.log                         nginx combined with host
crowdsec/nginx-http-backdoor.log                          nginx combined
crowdsec/nginx-http-generic-bf.log                        nginx combined
crowdsec/nginx-http-malformed.log                         nginx combined
crowdsec/nginx-http-open-proxy.log                        nginx combined
crowdsec/nginx-http-path-traversal.log                    nginx combined
crowdsec/nginx-http-sensitive-files.log                   nginx combined
crowdsec/nginx-http-sqli-probing.log                      nginx combined
crowdsec/nginx-http-w00twoot.log                          nginx combined
crowdsec/nginx-http-xss-probing.log                       nginx combined
crowdsec/nginx-mail-bf.log                                refused
crowdsec/nginx-mail-logs.log                              refused
crowdsec/nginx-proxy-manager-logs.log                     refused
crowdsec/nginx-proxy-manager-malformed.log                nginx combined
crowdsec/nginx_http-catch-npm.log                         refused
crowdsec/nginx_http-logs.log                              nginx combined
crowdsec/nginx_req_limit_exceeded.log                     refused
crowdsec/pfsense-rfc5424-nginx.log                        refused
crowdsec/sympa_ww-http-scan.log                           refused
crowdsec/sympa_ww-logs.log                                refused
crowdsec/tcpudp-flood-traefik.log                         refused
crowdsec/traefik_base-http-scenario.log                   traefik json
crowdsec/traefik_clf.log                                  traefik clf
crowdsec/traefik_json.log                                 traefik json
crowdsec/zoraxy-http-bad-user-agent.log                   refused
crowdsec/zoraxy-http-logs.log                             refused
gonx/access.log                                           refused
lnav/logfile_access_log.0.log                             nginx combined
lnav/logfile_access_log.1.log                             nginx combined
lnav/logfile_access_log_dupe.0.log                        nginx combined
lnav/logfile_bad_access_log.0.log                         nginx combined
lnav/logfile_caddy_log.0.log                              caddy json
lnav/logfile_caddy_log.1.log                              caddy json
lnav/logfile_cloudflare.1.log                             cloudflare json
lnav/logfile_cloudflare.json.log                          cloudflare json
lnav/logfile_haproxy.0.log                                refused
lnav/logfile_regexp_access_log.0.log                      nginx combined with host
lnav/logfile_shop_access_log.0.log                        nginx combined
lnav/logfile_syslog_with_access_log.0.log                 refused
lnav/logfile_w3c.0.log                                    w3c
lnav/logfile_w3c.1.log                                    w3c
lnav/logfile_w3c.2.log                                    refused
lnav/logfile_w3c.3.log                                    w3c
lnav/logfile_w3c.4.log                                    w3c
lnav/logfile_w3c.5.log                                    w3c
lnav/logfile_w3c.6.log                                    w3c
lnav/logfile_w3c_big.0.log                                w3c
matomo/alb.log                                            aws alb
matomo/amazon_cloudfront_rtmp.log                         refused
matomo/amazon_cloudfront_web.log                          aws cloudfront
matomo/caddy_json.log                                     caddy json
matomo/common.log                                         common log
matomo/common_complete.log                                nginx combined with host
matomo/common_encoding_big5.log                           nginx combined with host
matomo/common_vhost.log                                   common log with host
matomo/custom_regex_custom_date.log                       refused
matomo/elb.log                                            aws elb
matomo/gandi.log                                          nginx combined with host
matomo/haproxy.log                                        refused
matomo/icecast2.log                                       nginx combined
matomo/iis.log                                            w3c
matomo/iis_custom.log                                     w3c
matomo/incapsula_w3c.log                                  w3c
matomo/logs_to_tests.log                                  nginx combined
matomo/ncsa_extended.log                                  nginx combined
matomo/netscaler.log                                      w3c
matomo/nginx_json.log                                     nginx json
matomo/ovh.log                                            nginx combined with host
matomo/s3.log                                             aws s3
matomo/shoutcast.log                                      refused
matomo/splitted_date_and_time.log                         refused
matomo/static_ignores.log                                 nginx combined with host
matomo/traefik_json.log                                   traefik json
mtail/apache-combined.log                                 nginx combined
mtail/apache-common.log                                   nginx combined
mtail/lighttpd_access.log                                 nginx combined
netdata/common.log                                        common log
netdata/custom.log                                        refused
netdata/custom_time_fields.log                            refused
netdata/full.log                                          common log with host
netdata/u_ex221107.log                                    w3c
ngx-prom/access.log                                       nginx combined
request-log-analyzer/2012-10-05-16-18-11-F9AAC5D1A55AEBAD aws s3
request-log-analyzer/2012-10-05-16-26-06-15314AF7F0651839 aws s3
request-log-analyzer/apache_combined.log                  nginx combined
request-log-analyzer/apache_common.log                    common log
request-log-analyzer/test_language_combined.log           refused
rhit/access.log                                           nginx combined
webreadr/combined_log.clf                                 nginx combined
webreadr/iis.log                                          w3c
webreadr/log.aws                                          aws cloudfront
webreadr/log.clf                                          common log
webreadr/log.squid                                        refused
webreadr/s3.log                                           aws s3";

/// What each folder's logs come to, as detected.
const FOLDERS: &str = "\
advertools: 3104 lines, 3008 requests; 1 blank line; 57 no request line; 34 not in the format of this file; 4 target does not begin with /, http or *
apachelogs-py: 7 lines, 6 requests; 1 not in the format of this file
crowdsec: 1460 lines, 845 requests; 531 a log message that is no request; 12 blank line; 3 method is not a token; 41 no request line; 24 not in the format of this file; 4 target does not begin with /, http or *
lnav: 1360 lines, 1253 requests; 35 a log message that is no request; 3 blank line; 67 comment or directive; 1 no request line; 1 not in the format of this file
matomo: 59 lines, 34 requests; 4 blank line; 20 comment or directive; 1 no request line
mtail: 27 lines, 27 requests
netdata: 1168 lines, 1060 requests; 16 comment or directive; 92 not in the format of this file
ngx-prom: 7 lines, 7 requests
request-log-analyzer: 23 lines, 23 requests
rhit: 33469 lines, 33453 requests; 13 no request line; 1 not in the format of this file; 2 target does not begin with /, http or *
webreadr: 29 lines, 23 requests; 6 comment or directive";

/// Logs that need a format string: the string, and the date format with it.
const CONFIGURED: [(&str, &str, Option<&str>); 4] = [
    (
        "gonx/access.log",
        r#"$remote_addr [$time_local] "$request" $status $request_length $body_bytes_sent $request_time "$image" $ta $tb"#,
        None,
    ),
    ("advertools/nginx_custom_date.log", r#"%h %^[%dT%t %^] "%r" %s %b "%R" "%u""#, Some("%B %d, %Y")),
    ("matomo/custom_regex_custom_date.log", r#"%h %^[%d:%t] "%r" %s %b"#, Some("%B - %d, %Y")),
    ("webreadr/log.squid", "squid", None),
];

struct File {
    folder: String,
    path: String,
    bytes: Vec<u8>,
}

/// All logs, in the order of their names; none where the folder is absent.
fn files(test: &str) -> Vec<File> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    if !data.is_dir() {
        println!("skipped: {test} ({} is not there)", data.display());
        return Vec::new();
    }
    let mut files = Vec::new();
    for folder in names(&data) {
        let dir = data.join(&folder);
        if !dir.is_dir() || NO_LOGS.contains(&folder.as_str()) {
            continue;
        }
        for name in names(&dir) {
            let other = ["LICENSE", "DESCRIPTION"].iter().any(|text| name.starts_with(text));
            if other || name.ends_with(".gz") || name.ends_with(".bz2") {
                continue;
            }
            let bytes = std::fs::read(dir.join(&name)).unwrap();
            files.push(File { folder: folder.clone(), path: format!("{folder}/{name}"), bytes });
        }
    }
    files
}

fn names(dir: &Path) -> Vec<String> {
    let entries = dir.read_dir().unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = entries.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    names
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.strip_suffix(b"\n").unwrap_or(bytes).split(|&b| b == b'\n')
}

/// A file's head, as the caller cuts it: 64 KiB, to the end of a line.
fn head(bytes: &[u8]) -> &[u8] {
    if bytes.len() <= 65_536 {
        return bytes;
    }
    let head = &bytes[..bytes.len().min(65_536)];
    memchr::memrchr(b'\n', head).map_or(head, |end| &head[..=end])
}

#[test]
fn every_file_is_read_or_refused() {
    let files = files("every_file_is_read_or_refused");
    if files.is_empty() {
        return;
    }
    let name = |file: &File| Format::detect(head(&file.bytes)).map_or("refused", |format| format.name());
    let found: Vec<_> = files.iter().map(|file| (file.path.as_str(), name(file))).collect();
    let expected: Vec<_> = FILES
        .lines()
        .map(|line| line.split_once(' ').unwrap())
        .map(|(path, format)| (path, format.trim_start()))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn every_line_is_read_or_has_a_reason() {
    let mut folders: BTreeMap<String, (usize, usize, BTreeMap<&str, usize>)> = BTreeMap::new();
    for file in files("every_line_is_read_or_has_a_reason") {
        let Some(format) = Format::detect(head(&file.bytes)) else { continue };
        let mut parser = Parser::detected(format);
        let (all, read, reasons) = folders.entry(file.folder).or_default();
        for line in lines(&file.bytes) {
            *all += 1;
            match parser.parse(line) {
                Ok(_) => *read += 1,
                Err(reason) => *reasons.entry(reason.as_str()).or_default() += 1,
            }
        }
    }
    if folders.is_empty() {
        return;
    }
    let mut found = String::new();
    for (folder, (all, read, reasons)) in folders {
        write!(found, "\n{folder}: {all} lines, {read} requests").unwrap();
        for (reason, count) in reasons {
            write!(found, "; {count} {reason}").unwrap();
        }
    }
    assert_eq!(found.trim_start(), FOLDERS);
}

#[test]
fn format_strings_read_what_detection_cannot() {
    for file in files("format_strings_read_what_detection_cannot") {
        let Some((_, text, date)) = CONFIGURED.iter().find(|(path, ..)| *path == file.path) else {
            continue;
        };
        let format = match date {
            Some(date) => Format::goaccess(text, Some(date), None).unwrap(),
            None => Format::from_name_or_string(text).unwrap(),
        };
        for (at, line) in lines(&file.bytes).enumerate() {
            let result = format.parse(line).map(|request| request.status);
            let fits = matches!(result, Ok(_) | Err(Malformed::NoRequest));
            assert!(fits, "{}:{}: {result:?}", file.path, at + 1);
        }
    }
}

/// Formats of every kind, whichever file they meet.
fn formats() -> Vec<Format> {
    let json = r#"{"ts":"%x.%^","request":{"uri":"%U","method":"%m"}}"#;
    let strings = [CONFIGURED[0].1, CONFIGURED[1].1, json];
    NAMES.iter().chain(&strings).map(|text| Format::from_name_or_string(text).unwrap()).collect()
}

/// What a careless reader would trip over: heads repeated, cut at any byte,
/// and with bits flipped.
#[test]
fn nothing_panics() {
    let formats = formats();
    let mut seed = 0x9e37_79b9_7f4a_7c15u64;
    let mut random = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed as usize % below
    };
    for (at, file) in files("nothing_panics").iter().enumerate() {
        let head = &file.bytes[..file.bytes.len().min(4096)];
        let other = &formats[at % formats.len()];
        let own = Format::detect(&head.repeat(3)).unwrap_or_else(|| other.clone());
        for line in head.split(|&b| b == b'\n') {
            for end in 0..line.len() {
                let _ = own.parse(&line[..end]).map(|request| request.time);
                let _ = other.parse(&line[end..]).map(|request| request.time);
            }
        }
        for (turn, format) in formats.iter().enumerate() {
            let mut parser = Parser::detected(format.clone());
            let mut damaged = head.to_vec();
            for _ in 0..40.min(head.len()) {
                let place = random(damaged.len());
                damaged[place] ^= 1 << random(8);
            }
            for line in damaged.split(|&b| b == b'\n') {
                let _ = parser.parse(line).map(|request| request.time);
            }
            if turn % 6 == 0 {
                let cut = &damaged[random(damaged.len())..];
                let _ = Format::detect(cut).map(|format| format.fields());
            }
        }
    }
}

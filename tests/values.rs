//! What of a path is kept.

use crate::support::Bench;

const NOW: &str = "2026-11-20T12:00:00Z";
const AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// Values of a dimension, for a log of one request a target.
fn kept(config: &str, dimension: &str, requests: &[(&str, u16, &str)]) -> Vec<String> {
    let bench = Bench::at(NOW);
    bench.write("config/fathom-tui/config.toml", format!("[[site]]\nname = \"example.com\"\n{config}\n"));
    let line = |(target, status, referrer): &(&str, u16, &str)| {
        format!(
            "192.0.2.1 - - [20/Nov/2026:10:00:00 +0000] \"GET {target} HTTP/1.1\" {status} 5 \"{referrer}\" \"{AGENT}\"\n"
        )
    };
    bench.write("a.log", requests.iter().map(line).collect::<String>());
    bench.imported("a.log");
    let report = bench.json(&format!("report --period all --limit 0 --format json --by {dimension}"));
    let rows = report["by"][dimension]["rows"].as_array().expect("rows");
    let mut values: Vec<String> = rows.iter().map(|row| row["value"].as_str().expect("a value").to_owned()).collect();
    values.sort();
    values
}

const PAGES: [(&str, u16, &str); 5] = [
    ("/reset/6f9619ff8b86d011b42d00c04fc964ff", 200, "-"),
    ("/reset/7f9619ff8b86d011b42d00c04fc964ff?gclid=abc", 200, "-"),
    ("/user/ann/edit", 200, "-"),
    ("/a-long-slug-of-words-with-dashes?q=ann%40example.org", 200, "-"),
    ("/x;jsessionid=0A?gclid=abc", 200, "-"),
];

#[test]
fn identifiers_in_pages() {
    let (slug, reset) = ("/a-long-slug-of-words-with-dashes", "/reset/(id)");
    assert_eq!(kept("", "page", &PAGES), [slug, reset, "/user/ann/edit", "/x"]);
    let with_query = format!("{slug}?q=(id)");
    let allowed = kept("query_allow = [\"q\", \"gclid\"]", "page", &PAGES);
    assert_eq!(allowed, [&with_query, reset, "/user/ann/edit", "/x"]);
    let masked = kept("mask = [\"/reset/*\", \"/user/*/edit\"]", "page", &PAGES);
    assert_eq!(masked, [slug, "/reset/*", "/user/*/edit", "/x"]);
    let full = kept("keep_ids = true", "page", &PAGES);
    assert_eq!(full, [slug, PAGES[0].0, "/reset/7f9619ff8b86d011b42d00c04fc964ff", "/user/ann/edit", "/x"]);
}

#[test]
fn identifiers_in_paths_that_failed_and_in_referrers() {
    let requests = [
        ("/reset/6f9619ff8b86d011b42d00c04fc964ff", 404, "-"),
        ("/ann@example.org", 404, "-"),
        ("/", 200, "https://forum.example/u/ann@example.org?key=0123456789abcdef0"),
    ];
    assert_eq!(kept("", "error_path", &requests), ["/(id)", "/reset/(id)"]);
    assert_eq!(kept("", "referrer", &requests), ["forum.example/u/(id)"]);
}

#[test]
fn pages_that_are_one_are_counted_as_one() {
    let bench = Bench::at(NOW);
    let line = |n: u32| {
        format!("192.0.2.1 - - [20/Nov/2026:10:00:00 +0000] \"GET /reset/{n:032x} HTTP/1.1\" 200 5 \"-\" \"{AGENT}\"\n")
    };
    bench.write("a.log", (0..9).map(line).collect::<String>());
    bench.imported("a.log");
    let totals = bench.totals().0;
    assert_eq!((totals["page_views"].as_u64(), totals["uniques"].as_u64()), (Some(9), Some(1)));
}

//! Logs of servers behind proxies: whom their lines are counted for.

use crate::support::Bench;

const NOW: &str = "2026-11-20T12:00:00Z";
const AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// A line with something before the time and something behind the agent.
fn line(before: &str, behind: &str) -> String {
    format!("{before} [20/Nov/2026:10:00:00 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"{AGENT}\"{behind}\n")
}

/// Visitors and malformed lines of a log, and everything that was said of it.
fn counted(log: &str, flags: &str) -> (u64, u64, String) {
    let bench = Bench::at(NOW);
    bench.write("a.log", log);
    bench.ok(&format!("import -q a.log {flags}"));
    let (totals, ledger) = bench.totals();
    let said = ["report --period all --by host --format json", "sites", "detect a.log", "doctor"]
        .map(|command| bench.run(command.split(' ')).stdout);
    (totals["visitors"].as_u64().expect("a number"), ledger["malformed"].as_u64().expect("a number"), said.concat())
}

#[test]
fn a_list_before_the_time_is_whom_the_client_came_through() {
    for before in [
        "198.51.100.#, 10.0.0.7 - -",
        "198.51.100.#,10.0.0.7,10.0.0.8 - -",
        "198.51.100.#, 10.0.0.6, 10.0.0.7 - -",
        "198.51.100.#, 10.0.0.6, 10.0.0.7 10.0.0.8 - -",
        "198.51.100.# 10.0.0.8 - -",
        "unknown, 198.51.100.#, 10.0.0.7 - ann@example.org",
    ] {
        let log: String = (0..100).map(|n| line(&before.replace('#', &(n % 50).to_string()), "")).collect();
        let (visitors, malformed, said) = counted(&log, "");
        assert_eq!((visitors, malformed), (50, 0), "{before}");
        assert!(!said.contains("198.51.100") && !said.contains("10.0.0.7"), "{said}");
        assert!(said.contains("%{X-Forwarded-For}i          forwarded"), "{said}");
        assert!(said.contains("trusted = [\"10.0.0.0/8\"] below [proxy]"), "{said}");
        let (visitors, ..) = counted(&log, "--trusted-proxy 10.0.0.0/8");
        assert_eq!(visitors, 50, "{before}");
    }
}

#[test]
fn a_mail_address_is_no_host() {
    let log: String = (0..60).map(|n| line(&format!("198.51.100.{n} ann@example.org -"), "")).collect();
    let (visitors, malformed, said) = counted(&log, "");
    assert_eq!((visitors, malformed), (60, 0));
    assert!(!said.contains("example.org") && !said.contains("ann"), "{said}");
}

#[test]
fn a_field_is_what_most_lines_say_it_is() {
    for odd in ["unknown", "192.0.2.1:4711", "1.2.3.4,,", "' OR 1=1 --", ""] {
        let forwarded = |value: &str| line("10.0.0.7 - -", &format!(" \"{value}\""));
        let mut log = forwarded(odd);
        log.extend((0..100).map(|n| forwarded(&format!("198.51.100.{n}"))));
        let (visitors, ..) = counted(&log, "--trusted-proxy 10.0.0.7");
        assert_eq!(visitors, 101, "{odd}");
    }
}

#[test]
fn the_first_line_of_a_fresh_log_decides_nothing_for_good() {
    let bench = Bench::at(NOW);
    let forwarded = |value: &str| line("10.0.0.7 - -", &format!(" \"{value}\""));
    bench.write("a.log", forwarded("' OR 1=1 --"));
    let child = bench.start("watch --headless --until-idle 3s --trusted-proxy 10.0.0.7 --site example.com a.log");
    std::thread::sleep(std::time::Duration::from_millis(1500));
    let rest: String = (0..100).map(|n| forwarded(&format!("198.51.100.{n}"))).collect();
    crate::support::append(&bench, "a.log", rest.as_bytes());
    assert!(child.wait_with_output().expect("ends").status.success());
    // The first lists are outvoted by that line, which was looked at more than once.
    let visitors = bench.totals().0["visitors"].as_u64();
    assert!((96..=101).contains(&visitors.expect("a number")), "{visitors:?}");
}

#[test]
fn a_socket_is_a_proxy_that_can_be_trusted() {
    let log: String = (0..30).map(|n| line("unix: - -", &format!(" \"198.51.100.{n}\""))).collect();
    assert_eq!(counted(&log, "").0, 1);
    assert_eq!(counted(&log, "--trusted-proxy unix:").0, 30);
}

#[test]
fn a_list_in_a_field_of_json() {
    let caddy = |n: u32| {
        format!(
            "{{\"level\":\"info\",\"ts\":1795168800,\"logger\":\"http.log.access\",\"request\":{{\"remote_addr\":\
             \"198.51.100.{n}, 10.0.0.7:99\",\"method\":\"GET\",\"host\":\"e.org\",\"uri\":\"/\",\"headers\":\
             {{\"User-Agent\":[\"{AGENT}\"]}}}},\"status\":200}}\n"
        )
    };
    let nginx = |n: u32| {
        format!(
            "{{\"time_iso8601\":\"2026-11-20T10:00:00+00:00\",\"client_ip\":\"198.51.100.{n}, 10.0.0.7\",\
             \"request\":\"GET / HTTP/1.1\",\"status\":\"200\",\"http_user_agent\":\"{AGENT}\"}}\n"
        )
    };
    let (caddy, nginx): (String, String) = ((0..20).map(caddy).collect(), (0..20).map(nginx).collect());
    assert_eq!(counted(&caddy, "").0, 20);
    assert_eq!(counted(&nginx, "--trusted-proxy 10.0.0.7").0, 20);
}

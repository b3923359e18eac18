//! Local days, midnight and the changes of clocks.

use crate::support::Bench;

fn line(time: &str, address: &str, path: &str) -> String {
    format!(
        "{address} - - [{time}] \"GET {path} HTTP/1.1\" 200 5 \"-\" \"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\"\n"
    )
}

fn series(bench: &Bench, line: &str) -> Vec<(String, String)> {
    let table = bench.ok(line).stdout;
    let cells = table.lines().map(|row| row.split(',').map(str::to_owned).collect::<Vec<_>>());
    cells.map(|cells| (cells[1].clone(), cells[4].clone())).collect()
}

#[test]
fn days_of_a_change_of_clocks_have_23_or_25_hours() {
    for (date, month, hours) in [("2026-03-29", "Mar", 23), ("2026-10-25", "Oct", 25)] {
        let bench = Bench::at("2026-10-27T12:00:00Z");
        let day = &date[8..];
        // A view in every hour of the UTC day and the evening before.
        let log: String =
            (0..24).map(|h| line(&format!("{day}/{month}/2026:{h:02}:30:00 +0000"), "192.0.2.1", "/")).collect();
        let evening =
            line(&format!("{:02}/{month}/2026:23:30:00 +0000", day.parse::<u32>().unwrap() - 1), "192.0.2.1", "/");
        bench.write("a.log", evening + &log);
        bench.ok("import -q a.log --site example.com");
        let rows =
            series(&bench, &format!("report --since {date} --until {date} --interval hour --format csv --no-header"));
        assert_eq!(rows.len(), hours, "{date}");
        let sum: u32 = rows.iter().map(|(_, views)| views.parse::<u32>().expect("a number")).sum();
        let day_rows =
            series(&bench, &format!("report --since {date} --until {date} --interval day --format csv --no-header"));
        assert_eq!(day_rows, [(day_rows[0].0.clone(), sum.to_string())]);
        assert!(rows.iter().filter(|(_, views)| views == "1").count() >= 22, "{rows:?}");
    }
}

#[test]
fn a_visit_ends_at_local_midnight() {
    let bench = Bench::at("2026-11-20T12:00:00Z");
    let log =
        line("18/Nov/2026:22:59:59 +0000", "192.0.2.1", "/a") + &line("18/Nov/2026:23:00:00 +0000", "192.0.2.1", "/b");
    bench.write("a.log", log);
    bench.ok("import -q a.log --site example.com");
    let (totals, _) = bench.totals();
    for (key, expected) in [("visitors", 2), ("visits", 2), ("bounces", 2), ("page_views", 2)] {
        assert_eq!(totals[key], expected, "{key}");
    }
    let rows = series(&bench, "report --since 2026-11-18 --until 2026-11-19 --interval day --format csv --no-header");
    let expected = [("2026-11-18T00:00:00+01:00", "1"), ("2026-11-19T00:00:00+01:00", "1")];
    assert_eq!(rows, expected.map(|(day, views)| (day.to_owned(), views.to_owned())));
}

#[test]
fn odd_offsets_have_their_own_hours() {
    let bench = Bench::at("2026-11-20T12:00:00Z");
    bench.write("a.log", line("18/Nov/2026:18:20:00 +0000", "192.0.2.1", "/"));
    bench.ok("import -q a.log --site example.com --timezone Asia/Kathmandu");
    let rows = series(&bench, "report --since 2026-11-19 --until 2026-11-19 --interval hour --format csv --no-header");
    assert_eq!(rows[0], ("2026-11-19T00:00:00+05:45".into(), "1".into()));
    assert_eq!(rows.len(), 24);
}

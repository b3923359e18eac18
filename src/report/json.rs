//! JSON: one object; numbers are numbers, times RFC 3339, unknown is null.

use super::build::{Report, Rows, Totals, ratio};
use crate::model::{Class, Dimension, clean};
use crate::store::PageSums;
use serde_json::{Map, Value, json};

/// The report as JSON, on one line.
pub fn json(report: &Report) -> String {
    let at = |time| report.zone.rfc3339(time);
    let series: Vec<Value> = report.series.iter().map(|(time, sums)| point(report, &at(*time), sums)).collect();
    let mut by: Map<String, Value> =
        report.by.iter().map(|(dimension, rows)| (dimension.as_str().into(), list(report, *dimension, rows))).collect();
    if report.site == "*" {
        let rows: Vec<Value> =
            report.sites.iter().map(|(name, sums)| row(name, sums, report.of_pages, report.totals.of_visits)).collect();
        by.insert("site".into(), json!({"total": rows.len(), "rows": rows}));
    }
    let ledger: Map<String, Value> = std::iter::once(("lines".into(), report.ledger.lines().into()))
        .chain(Class::ALL.iter().map(|&class| (class.as_str().into(), report.ledger.get(class).into())))
        .collect();
    let mut object = json!({
        "schema": 1,
        "site": clean(report.site.as_bytes()),
        "timezone": report.zone.name(),
        "range": {"from": at(report.range.from), "to": at(report.range.to), "interval": report.interval.as_str()},
        "totals": totals(&report.totals),
        "previous": report.previous.as_ref().map(|before| totals(&before.totals)),
        "series": series,
        "by": by,
        "ledger": ledger,
    });
    if !report.marked.is_empty() {
        object["may_count_twice"] = json!(report.marked);
    }
    object.to_string() + "\n"
}

fn totals(totals: &Totals) -> Value {
    let of = |f: fn(&PageSums) -> i64| totals.pages.as_ref().map(f);
    json!({
        "visitors": totals.visitors(),
        "visits": of(|s| s.visits),
        "page_views": totals.page_views(),
        "uniques": of(|s| s.uniques).filter(|_| !totals.of_visits),
        "bounces": of(|s| s.bounces),
        "bounce_rate": totals.pages.and_then(|s| ratio(s.bounces, s.visits)),
        "duration": totals.duration(),
        "views_per_visit": totals.views_per_visit(),
        "events": of(|_| 0),
        "requests": totals.requests.map(|r| r.0),
        "bytes": totals.requests.map(|r| r.1),
    })
}

fn point(report: &Report, time: &str, sums: &PageSums) -> Value {
    if report.totals.pages.is_none() {
        return json!({"time": time, "visitors": null, "visits": null, "page_views": null});
    }
    if report.totals.of_visits {
        return json!({"time": time, "visitors": null, "visits": sums.visits, "page_views": null});
    }
    let visitors = if report.of_pages { sums.uniques } else { sums.visitors };
    json!({"time": time, "visitors": visitors, "visits": sums.visits, "page_views": sums.page_views})
}

fn row(value: &str, sums: &PageSums, of_pages: bool, of_visits: bool) -> Value {
    if of_visits {
        // Under a filter on entry or exit pages only visits are known.
        return json!({"value": clean(value.as_bytes()), "visitors": null, "page_views": null, "visits": sums.visits,
            "bounce_rate": ratio(sums.bounces, sums.visits), "duration": null});
    }
    json!({
        "value": clean(value.as_bytes()),
        "visitors": if of_pages { sums.uniques } else { sums.visitors },
        "page_views": sums.page_views,
        "visits": sums.visits,
        "bounce_rate": ratio(sums.bounces, sums.visits),
        "duration": ratio(sums.duration_s, sums.duration_n),
    })
}

fn list(report: &Report, dimension: Dimension, rows: &Rows) -> Value {
    match rows {
        Rows::Unknown => Value::Null,
        Rows::Pages(top) => {
            let of_pages = report.of_pages || dimension == Dimension::Page;
            let rows: Vec<Value> = top
                .rows
                .iter()
                .map(|r| match dimension {
                    Dimension::EntryPage => json!({
                        "value": clean(r.value.as_bytes()), "visits": r.sums.visits, "bounces": r.sums.bounces,
                        "bounce_rate": ratio(r.sums.bounces, r.sums.visits),
                    }),
                    Dimension::ExitPage => json!({"value": clean(r.value.as_bytes()), "exits": r.sums.exits}),
                    _ => row(&r.value, &r.sums, of_pages, report.totals.of_visits),
                })
                .collect();
            json!({"total": top.total, "rows": rows})
        }
        Rows::Requests(top) => {
            let rows: Vec<Value> = top
                .rows
                .iter()
                .map(|r| {
                    let mut row = json!({"value": clean(r.value.as_bytes()), "requests": r.requests, "bytes": r.bytes});
                    if let Some([p50, p95, p99]) = r.latency_ms {
                        row["p50"] = json!(p50);
                        row["p95"] = json!(p95);
                        row["p99"] = json!(p99);
                    }
                    row
                })
                .collect();
            json!({"total": top.total, "rows": rows})
        }
    }
}

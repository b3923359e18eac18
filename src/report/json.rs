//! JSON: one object; numbers are numbers, times RFC 3339, unknown is null.

use super::value::{Report, Rows, Totals, visitors_of};
use crate::model::{Class, Counters, Day, Dimension, clean};
use crate::query::{Meaning, Top, Unknown};
use serde_json::{Map, Value, json};

/// The report as JSON, on one line.
pub fn json(report: &Report) -> String {
    let at = |time| report.zone.rfc3339(time);
    let series: Vec<Value> =
        report.series.iter().enumerate().map(|(step, (time, sums))| point(report, step, &at(*time), sums)).collect();
    let mut by: Map<String, Value> =
        report.by.iter().map(|(dimension, rows)| (dimension.as_str().into(), list(report, *dimension, rows))).collect();
    if report.site == "*" {
        let rows: Vec<Value> = report.sites.iter().map(|(name, sums)| row(name, sums, report.totals.meaning)).collect();
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
    if let Some(missing) = &report.missing {
        object["unknown"] = unknown(missing)["unknown"].clone();
    }
    let names = |days: &[Day]| days.iter().map(ToString::to_string).collect::<Vec<_>>();
    let days = &report.days;
    object["days"] = json!({
        "marked": names(&days.marked), "sealed": names(&days.sealed), "unreadable": names(&days.unreadable),
    });
    if !days.shifted.is_empty() {
        let shift =
            |(day, on): &(Day, Option<Day>)| json!({"day": day.to_string(), "counted": on.map(|on| on.to_string())});
        object["days"]["shifted"] = days.shifted.iter().map(shift).collect();
    }
    object.to_string() + "\n"
}

fn totals(totals: &Totals) -> Value {
    let (pages, meaning) = (totals.pages.as_ref(), totals.meaning);
    json!({
        "visitors": totals.visitors(),
        "visits": totals.visits(),
        "page_views": totals.page_views(),
        "uniques": pages.and_then(|sums| meaning.uniques(sums)),
        "bounces": pages.and_then(|sums| meaning.bounces(sums)),
        "bounce_rate": totals.bounce_rate(),
        "duration": totals.duration(),
        "views_per_visit": totals.views_per_visit(),
        "events": pages.map(|_| 0),
        "requests": totals.requests.map(|r| r.0),
        "bytes": totals.requests.map(|r| r.1),
    })
}

fn point(report: &Report, step: usize, time: &str, sums: &Counters) -> Value {
    let meaning = report.series_meaning();
    let known = report.totals.pages.map(|_| sums).filter(|_| !report.gaps.contains(&step));
    json!({
        "time": time,
        "visitors": known.and_then(|sums| meaning.visitors(sums)),
        "visits": known.map(|sums| meaning.visits(sums)),
        "page_views": known.and_then(|sums| meaning.page_views(sums)),
    })
}

fn row(value: &str, sums: &Counters, meaning: Meaning) -> Value {
    json!({
        "value": clean(value.as_bytes()),
        "visitors": visitors_of(value, sums, meaning),
        "page_views": meaning.page_views(sums),
        "visits": meaning.visits(sums),
        "bounce_rate": meaning.bounce_rate(sums),
        "duration": meaning.duration(sums),
    })
}

fn list(report: &Report, dimension: Dimension, rows: &Rows) -> Value {
    match rows {
        Rows::Unknown(why) => unknown(why),
        Rows::Pages(top) => {
            let meaning = report.list_meaning(dimension);
            let rows: Vec<Value> = top
                .rows
                .iter()
                .map(|r| match dimension {
                    Dimension::EntryPage => json!({
                        "value": clean(r.value.as_bytes()), "visits": meaning.visits(&r.sums),
                        "bounces": meaning.bounces(&r.sums), "bounce_rate": meaning.bounce_rate(&r.sums),
                    }),
                    Dimension::ExitPage => {
                        json!({"value": clean(r.value.as_bytes()), "exits": meaning.visits(&r.sums)})
                    }
                    _ => row(&r.value, &r.sums, meaning),
                })
                .collect();
            with_few(top, json!({"total": top.total, "rows": rows}))
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

/// Why something is not known, and which filters to take away.
fn unknown(unknown: &Unknown) -> Value {
    json!({"unknown": {"because": unknown.because, "remove": unknown.remove}})
}

fn with_few<R>(top: &Top<R>, mut list: Value) -> Value {
    if let Some(few) = top.few {
        list["few"] = json!({"page_views": few.page_views, "visits": few.visits});
    }
    list
}

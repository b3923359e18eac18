//! `detect`: the format of a log, its fields, and a few records as they are
//! read. Addresses and agents are shown as what becomes of them.

use super::args;
use super::config::read_format;
use super::console::clean;
use crate::enrich::address::{self, Proxies};
use crate::enrich::agent::Agents;
use crate::enrich::country::GeoIp;
use crate::error::{Failure, Outcome, to_stdout, unknown_format};
use crate::model::{Request, Zone};
use crate::parse::Parser;
use crate::pipeline::{IngestError, inspect};
use std::fmt::Write;

/// Records shown.
const SHOWN: usize = 5;

/// Runs the command.
pub fn run(args: &args::Detect) -> Outcome {
    let name = clean(&args.file.display().to_string());
    let fixed = args.log_format.as_deref().map(read_format).transpose()?;
    let seen = inspect(&args.file).map_err(|error| Failure::from(IngestError::Read(args.file.clone(), error)))?;
    if seen.sample.is_empty() {
        return to_stdout(format!("{name}: empty\n").as_bytes());
    }
    let Some(format) = fixed.or(seen.format) else {
        let help = "give --log-format with your nginx log_format string, or a GoAccess format string";
        return Err(unknown_format(&name).help(help));
    };
    let mut out = format!("{name}: {}\n\nfields\n", format.name());
    for (field, meaning) in format.fields() {
        let _ = writeln!(out, "  {:<28} {meaning}", clean(&field));
    }
    let _ = writeln!(out, "\nrecords");
    records(&mut Parser::detected(format), &seen.sample, &mut out);
    let _ = writeln!(out, "\nIf that is wrong, give --log-format with the name or string of the format.");
    to_stdout(out.as_bytes())
}

fn records(parser: &mut Parser, sample: &[u8], out: &mut String) {
    let (mut shown, mut agents, geo) = (0, Agents::default(), GeoIp::embedded());
    let whole = sample.iter().rposition(|&b| b == b'\n').map_or(sample, |end| &sample[..end]);
    for (number, line) in whole.split(|&b| b == b'\n').enumerate() {
        if shown == SHOWN {
            break;
        }
        match parser.parse(line) {
            Ok(request) => {
                shown += 1;
                record(&request, number + 1, &mut agents, &geo, out);
            }
            Err(reason) => {
                let _ = writeln!(out, "  line {}: {}", number + 1, reason.as_str());
            }
        }
    }
}

fn record(request: &Request<'_>, line: usize, agents: &mut Agents, geo: &GeoIp, out: &mut String) {
    let text = |bytes: &[u8]| clean(&String::from_utf8_lossy(bytes));
    let ip = address::parse(&address::client(&request.address, &request.forwarded, &Proxies::default()));
    let country = ip.map(|ip| geo.lookup(ip).country.as_str().to_owned()).filter(|code| !code.is_empty());
    let agent = agents.lookup(request.agent.as_deref());
    let agent = agents.info(agent);
    let browser = match &agent.bot {
        Some(bot) => format!("bot {}", bot.name),
        None => agent.browser.replace('\u{1f}', " "),
    };
    let _ = writeln!(
        out,
        "  line {line}: {} {} {} -> {}, {} bytes{}{}",
        Zone::UTC.rfc3339(request.time),
        text(&request.method),
        text(&request.target),
        request.status,
        request.bytes,
        request.duration_us.map_or(String::new(), |us| format!(", {:.3} ms", us as f64 / 1000.0)),
        if request.host.is_empty() { String::new() } else { format!(", host {}", text(&request.host)) },
    );
    let _ = writeln!(
        out,
        "    from {}, {}, {}",
        country.unwrap_or_else(|| if ip.is_some() { "an unknown country".into() } else { "no address".into() }),
        if browser.is_empty() { "no known browser".into() } else { clean(&browser) },
        if request.referrer.is_empty() {
            "no referrer".into()
        } else {
            format!("referrer {}", text(&request.referrer))
        },
    );
}

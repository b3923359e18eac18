//! `sites`: web properties, their hosts and totals.

use super::args::{self, SitesAction};
use super::config::{Config, check_site};
use super::console::{clean, confirm, notice, thousands};
use super::ingest;
use crate::error::{Failure, Outcome, say, to_stdout};
use crate::query::Query;
use crate::store::{Site, StoreError, Writer};
use std::fmt::Write;

/// Runs the command.
pub fn run(args: &args::Sites, config: &Config) -> Outcome {
    match args.action.as_ref().unwrap_or(&SitesAction::List { json: false }) {
        SitesAction::List { json } => list(*json, config),
        SitesAction::Add { name, hosts } => add(name, hosts, config),
        SitesAction::Rename { from, to } => rename(from, to, config),
        SitesAction::Remove { name, yes } => remove(name, *yes, config),
    }
}

fn list(json: bool, config: &Config) -> Outcome {
    let reader = ingest::reader(config)?;
    let zone = reader.info().zone;
    let (mut text, mut objects) = (String::new(), Vec::new());
    for site in reader.sites()? {
        let query = Query { from: 0, to: u32::MAX.into(), sites: vec![site.id], now: config.now(), ..Query::default() };
        let sums = reader.overview(&query, &[], 0)?.totals.unwrap_or_default();
        let days = reader.extent(&[site.id])?.map(|(first, last)| (zone.day(first), zone.day(last)));
        let day = |last: bool| days.map(|(a, b)| if last { b } else { a }.to_string());
        objects.push(serde_json::json!({
            "name": site.name, "hosts": site.hosts, "visitors": sums.visitors, "visits": sums.visits,
            "page_views": sums.page_views, "first_day": day(false), "last_day": day(true),
        }));
        let span = days.map_or("no lines yet".into(), |(a, b)| format!("{a} to {b}"));
        let hosts = if site.hosts.is_empty() { String::new() } else { format!("  hosts {}", site.hosts.join(" ")) };
        let (visitors, views) = (thousands(sums.visitors as u64), thousands(sums.page_views as u64));
        let _ = writeln!(text, "{}  {visitors} visitors  {views} page views  {span}{hosts}", site.name);
    }
    if json {
        text = serde_json::json!({"sites": objects}).to_string() + "\n";
    }
    to_stdout(text.as_bytes())
}

/// The writing side, after what is due was closed.
fn writer(config: &Config) -> Result<Writer, Failure> {
    if !config.db.exists() {
        return Err(StoreError::Missing(config.db.clone()).into());
    }
    ingest::sweep_quietly(config)?;
    Ok(Writer::open(&config.db, notice)?)
}

fn find(sites: &[Site], name: &str) -> Result<Site, Failure> {
    let names: Vec<&str> = sites.iter().map(|site| site.name.as_str()).collect();
    sites.iter().find(|site| site.name == name).cloned().ok_or_else(|| {
        Failure::usage(format!("there is no site '{}'", clean(name))).help(format!("there are: {}", names.join(", ")))
    })
}

fn add(name: &str, hosts: &[String], config: &Config) -> Outcome {
    check_site(name)?;
    for host in hosts {
        check_site(&host.to_ascii_lowercase())?;
    }
    if !config.db.exists() {
        drop(ingest::open(config, &args::Reading::default(), Default::default())?);
    }
    let mut writer = writer(config)?;
    let tx = writer.begin()?;
    let id = tx.site(name)?;
    for host in hosts {
        tx.add_host(id, &host.to_ascii_lowercase())?;
    }
    Ok(tx.finish()?)
}

fn rename(from: &str, to: &str, config: &Config) -> Outcome {
    check_site(to)?;
    let mut writer = writer(config)?;
    let tx = writer.begin()?;
    let sites = tx.sites()?;
    let site = find(&sites, from)?;
    if sites.iter().any(|site| site.name == to) {
        return Err(Failure::usage(format!("there is a site '{to}' already")));
    }
    tx.rename_site(site.id, to)?;
    tx.finish()?;
    if !config.quiet {
        say!("note: who was on {from} today counts once more, since a visitor's hash has the site's name in it");
    }
    Ok(())
}

fn remove(name: &str, yes: bool, config: &Config) -> Outcome {
    let mut writer = writer(config)?;
    let tx = writer.begin()?;
    let site = find(&tx.sites()?, name)?;
    let facts = tx.count_site(site.id)?;
    drop(tx);
    let question = format!("site {name} has {} rows of closed days, and what is open of it", thousands(facts));
    if !yes && !confirm(&question, "remove it")? {
        return Ok(());
    }
    let keys = ingest::keys(writer.info());
    let tx = writer.begin()?;
    tx.remove_site(site.id, &*keys)?;
    tx.finish()?;
    Ok(writer.checkpoint()?)
}

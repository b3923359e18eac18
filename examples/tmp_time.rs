//! x
use fathom_tui::store::*; use fathom_tui::model::*; use std::time::Instant;
fn main(){ let t=Instant::now(); let r=Reader::open(std::path::Path::new("/tmp/t/f/facts.duckdb"),&|_|{}).unwrap(); println!("open {:?}",t.elapsed());
 let now=std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() as i64;
 let q=Query{from:now-7*86400,to:now+86400,sites:vec![1],kind:Some(Kind::Log),filters:vec![]};
 macro_rules! t{($n:expr,$e:expr)=>{let t=Instant::now(); let _=$e; println!("{} {:?}",$n,t.elapsed());}}
 for _ in 0..2 {
 t!("sites",r.sites().unwrap()); t!("days",r.days().unwrap());
 t!("kinds",r.has_kind(&q,Kind::Log).unwrap()); t!("totals",r.totals(&q).unwrap()); t!("series",r.series(&q).unwrap()); t!("ledger",r.ledger(&q).unwrap());
 for d in [Dimension::Page,Dimension::Referrer,Dimension::Country,Dimension::Browser,Dimension::Os,Dimension::Device]{ t!(d.as_str(),r.top(&q,d,Metric::Visitors,10).unwrap()); }
 for d in [Dimension::Status,Dimension::Bot]{ t!(d.as_str(),r.top_requests(&q,d,Metric::Requests,10).unwrap()); }
 t!("requests",r.requests(&q).unwrap());
 }
 let t=Instant::now(); drop(r); println!("drop {:?}",t.elapsed()); }

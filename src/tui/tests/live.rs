//! Who is there now.

use super::driver::{NOW, fill, opened};
use crate::model::Live;
use crate::pipeline::Ingest;

/// One page view, minutes after the clock of the first.
fn view(ingest: &mut Ingest, visitor: u8, time: i64) {
    let time = chrono::DateTime::from_timestamp(time, 0).expect("a time").format("%d/%b/%Y:%H:%M:%S +0000");
    let line = format!(
        "10.0.0.{visitor} - - [{time}] \"GET /{visitor} HTTP/1.1\" 200 5 \"-\" \"Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0\"\n"
    );
    let mut lines = std::iter::once(line);
    fill(ingest, |out| {
        let Some(line) = lines.next() else { return false };
        out.extend(line.as_bytes());
        true
    });
}

fn all(ingest: &Ingest) -> Option<Live> {
    ingest.live()?.into_iter().find(|(site, _)| site == "*").map(|(_, live)| live)
}

/// Visits end at midnight, but whoever was there a minute before it is still shown.
#[test]
fn who_was_there_before_midnight_is_still_seen_after_it() {
    // Ten minutes past midnight in Berlin.
    let now = NOW - 14 * 3600 + 600;
    let (_store, mut ingest) = opened(now);
    view(&mut ingest, 1, now - 13 * 60);
    assert_eq!(all(&ingest), None, "nothing is known of today yet");
    view(&mut ingest, 2, now - 60);
    let live = all(&ingest).expect("both days are known");
    assert_eq!(live.visitors, 1);
    assert_eq!(live.minutes.iter().sum::<u64>(), 2, "{live:?}");
    view(&mut ingest, 3, now - 30);
    assert_eq!(all(&ingest).expect("both days are known").minutes.iter().sum::<u64>(), 3);
}

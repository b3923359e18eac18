//! Who is there now.

/// Minutes of the sparkline.
pub const MINUTES: usize = 30;

/// Who is there now: open visits, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Live {
    /// Visits with a page view in the last five minutes.
    pub visitors: u64,
    /// The pages that they are on, most first.
    pub pages: Vec<(String, u64)>,
    /// Visits under way in each of the last 30 minutes, the oldest first.
    pub minutes: [u64; MINUTES],
}

/// A visit as far as counting needs it: first and last page view in epoch seconds,
/// and the page of the last.
#[derive(Clone, Copy, Debug)]
pub struct Presence<P> {
    /// The first page view.
    pub first: u32,
    /// The last one.
    pub last: u32,
    /// Its page.
    pub page: P,
}

/// A visit counts as there for so long after its last page view, in seconds.
const THERE: i64 = 5 * 60;

impl Live {
    /// Counts visits at `now`; `name` gives a page's text.
    pub fn count<P: Eq + std::hash::Hash>(
        visits: impl Iterator<Item = Presence<P>>,
        now: i64,
        mut name: impl FnMut(&P) -> String,
    ) -> Live {
        let mut live = Live::default();
        let mut pages = std::collections::HashMap::new();
        for Presence { first, last, page } in visits {
            let (first, last) = (i64::from(first), i64::from(last));
            if last > now - THERE && last <= now + THERE {
                live.visitors += 1;
                *pages.entry(page).or_insert(0) += 1;
            }
            for (index, count) in live.minutes.iter_mut().enumerate() {
                let end = now - 60 * (MINUTES - 1 - index) as i64;
                *count += u64::from(first <= end && last > end - 60);
            }
        }
        live.pages = pages.iter().map(|(page, count)| (name(page), *count)).collect();
        live.pages.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        live
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visits_are_counted_while_they_last() {
        let visit = |first, last, page| Presence { first, last, page };
        let visits =
            [visit(9_000, 9_990, 'a'), visit(9_800, 9_800, 'b'), visit(9_900, 9_995, 'b'), visit(1, 9_700, 'c')];
        let live = Live::count(visits.into_iter(), 10_000, |page| page.to_string());
        assert_eq!(live.visitors, 3);
        assert_eq!(live.pages, [("b".into(), 2), ("a".into(), 1)]);
        assert_eq!(live.minutes[MINUTES - 1], 2);
        assert_eq!(live.minutes[MINUTES - 6], 2);
    }
}

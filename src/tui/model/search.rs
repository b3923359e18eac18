//! Searching the rows of a panel.

use super::rows::Row;

/// The rows that match, in their order: those that have every word of `text`, or,
/// where there are none, its letters in order.
pub fn find(rows: &[Row], text: &str) -> Vec<usize> {
    if text.trim().is_empty() {
        return (0..rows.len()).collect();
    }
    let words: Vec<String> = text.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let having = |matches: &dyn Fn(&str) -> bool| -> Vec<usize> {
        let all = rows.iter().enumerate();
        all.filter(|(_, row)| matches(&row.label.to_lowercase())).map(|(index, _)| index).collect()
    };
    let exact = having(&|label| words.iter().all(|word| label.contains(word)));
    if !exact.is_empty() {
        return exact;
    }
    having(&|label| words.iter().all(|word| in_order(label, word)))
}

fn in_order(label: &str, word: &str) -> bool {
    let mut chars = label.chars();
    word.chars().all(|wanted| chars.any(|c| c == wanted))
}

/// Which characters of a label match.
pub fn marks(label: &str, text: &str) -> Vec<bool> {
    let lower: Vec<char> = label.chars().map(|c| c.to_lowercase().next().unwrap_or(c)).collect();
    let mut marks = vec![false; lower.len()];
    for word in text.to_lowercase().split_whitespace() {
        let word: Vec<char> = word.chars().collect();
        match lower.windows(word.len()).position(|window| window == word) {
            Some(at) => marks[at..at + word.len()].fill(true),
            None => {
                let mut at = 0;
                for wanted in &word {
                    let Some(found) = lower[at..].iter().position(|c| c == wanted) else { break };
                    marks[at + found] = true;
                    at += found + 1;
                }
            }
        }
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::super::rows::Figures;
    use super::*;

    fn rows(labels: &[&str]) -> Vec<Row> {
        let row = |label: &&str| Row {
            value: (*label).into(),
            label: (*label).into(),
            figures: Figures::Requests(0, 0, None),
        };
        labels.iter().map(row).collect()
    }

    #[test]
    fn words_first_then_letters() {
        let rows = rows(&["/blog/duckdb", "/docs/install", "/Docs/Caddy", "/"]);
        assert_eq!(find(&rows, "docs"), [1, 2]);
        assert_eq!(find(&rows, "docs cad"), [2]);
        assert_eq!(find(&rows, "bgdk"), [0]);
        assert_eq!(find(&rows, "xyz"), [0; 0]);
        assert_eq!(find(&rows, " "), [0, 1, 2, 3]);
    }

    #[test]
    fn matches_are_marked() {
        let marked = |label: &str, text| {
            let marks = marks(label, text);
            label.chars().zip(marks).map(|(c, is)| if is { c } else { '.' }).collect::<String>()
        };
        assert_eq!(marked("/Docs/Install", "docs"), ".Docs........");
        assert_eq!(marked("/docs/install", "dcin"), ".d.c..in.....");
    }
}

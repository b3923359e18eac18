//! Texts in which `*` stands for anything.

/// Whether a text has these parts, which stood between the stars, with anything
/// between them. One part is the text itself.
pub fn fits<P: AsRef<[u8]>>(parts: &[P], text: &[u8]) -> bool {
    let [first, middle @ .., last] = parts else {
        return parts.first().is_some_and(|only| only.as_ref() == text);
    };
    let rest = text.strip_prefix(first.as_ref()).and_then(|rest| rest.strip_suffix(last.as_ref()));
    let Some(mut rest) = rest else { return false };
    // Taking each part where it first occurs leaves most to the others.
    for part in middle {
        match memchr::memmem::find(rest, part.as_ref()) {
            Some(at) => rest = &rest[at + part.as_ref().len()..],
            None => return false,
        }
    }
    true
}

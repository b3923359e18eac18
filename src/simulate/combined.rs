//! The `combined` format of nginx and Apache.

use super::line::{Draft, decimal, digits};
use super::places::Address;

const MONTHS: [&[u8]; 12] =
    [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];
/// What nginx writes of a TLS handshake on its plain port, of a closed
/// connection, of nonsense; and the status and size of its answer.
const NOISE: &[&[u8]] = &[
    br#"\x16\x03\x01\x00\xEE\x01\x00\x00\xEA\x03\x03" 400 157"#,
    br#"\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03\x8A" 400 157"#,
    br#"-" 400 0"#,
    br#"" 400 0"#,
    br#"\x03\x00\x00/*\xE0\x00\x00\x00\x00\x00Cookie: mstshash=Administr" 400 157"#,
];

/// Writes `02/Jan/2026:15:04:05 +0000`.
pub(super) fn write_time(second: i64, out: &mut Vec<u8>) {
    let (year, month, day) = date(second.div_euclid(86_400));
    let of_day = second.rem_euclid(86_400) as u32;
    digits::<2>(day, out);
    out.push(b'/');
    out.extend_from_slice(MONTHS[month as usize - 1]);
    out.push(b'/');
    digits::<4>(year, out);
    for part in [of_day / 3600, of_day / 60 % 60, of_day % 60] {
        out.push(b':');
        digits::<2>(part, out);
    }
    out.extend_from_slice(b" +0000");
}

pub(super) fn write(address: &Address, time: &[u8], draft: &Draft, out: &mut Vec<u8>) {
    begin(address, time, out);
    out.extend_from_slice(draft.method.as_bytes());
    out.push(b' ');
    out.extend_from_slice(&draft.target);
    out.push(b' ');
    out.extend_from_slice(draft.protocol.as_bytes());
    out.extend_from_slice(b"\" ");
    digits::<3>(u32::from(draft.status), out);
    out.push(b' ');
    decimal(u64::from(draft.size), out);
    out.extend_from_slice(b" \"");
    field(&draft.referrer, out);
    out.extend_from_slice(b"\" \"");
    field(&draft.agent, out);
    out.extend_from_slice(b"\"\n");
}

pub(super) fn write_noise(address: &Address, draft: &Draft, out: &mut Vec<u8>) {
    let mut time = Vec::new();
    write_time(draft.time.div_euclid(1000), &mut time);
    begin(address, &time, out);
    out.extend_from_slice(NOISE[draft.took as usize % NOISE.len()]);
    out.extend_from_slice(b" \"-\" \"-\"\n");
}

fn begin(address: &Address, time: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(address.as_bytes());
    out.extend_from_slice(b" - - [");
    out.extend_from_slice(time);
    out.extend_from_slice(b"] \"");
}

fn field(text: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(if text.is_empty() { b"-" } else { text });
}

/// Year, month and day of a day since the epoch, after Howard Hinnant's
/// `civil_from_days` (howardhinnant.github.io/date_algorithms.html).
fn date(day: i64) -> (u32, u32, u32) {
    let day = day + 719_468;
    let era = day.div_euclid(146_097);
    let of_era = day.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let march = (5 * of_year + 2) / 153;
    let month = if march < 10 { march + 3 } else { march - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    let of_month = of_year - (153 * march + 2) / 5 + 1;
    (year as u32, month as u32, of_month as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_calendar() {
        for (second, expected) in [
            (0, "01/Jan/1970:00:00:00 +0000"),
            (951_827_696, "29/Feb/2000:12:34:56 +0000"),
            (1_767_225_599, "31/Dec/2025:23:59:59 +0000"),
        ] {
            let mut out = Vec::new();
            write_time(second, &mut out);
            assert_eq!(String::from_utf8_lossy(&out), expected);
        }
    }
}

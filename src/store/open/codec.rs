//! Rows of whole numbers as bytes: by column, a column as wide as its largest number,
//! and the bytes of one rank side by side, which packs well.

/// Appends rows of `N` numbers.
pub(super) fn put<const N: usize>(rows: impl Iterator<Item = [u64; N]>, out: &mut Vec<u8>) {
    let rows: Vec<[u64; N]> = rows.collect();
    out.extend_from_slice(&(rows.len() as u32).to_le_bytes());
    for column in 0..N {
        let most = rows.iter().map(|row| row[column]).max().unwrap_or(0);
        let width = (64 - most.leading_zeros()).div_ceil(8);
        out.push(width as u8);
        for rank in 0..width {
            out.extend(rows.iter().map(|row| (row[column] >> (8 * rank)) as u8));
        }
    }
}

/// Reads what [`put`] wrote from the beginning of some bytes; nothing if they are no rows.
pub(super) fn get<const N: usize>(bytes: &mut &[u8]) -> Option<Vec<[u64; N]>> {
    let count = number(bytes)? as usize;
    // Rows of nothing but zeroes take no room: they are what no writer leaves.
    if count > bytes.len().saturating_mul(64) {
        return None;
    }
    let mut rows = vec![[0; N]; count];
    for column in 0..N {
        let width = take(bytes, 1)?[0];
        for rank in 0..width {
            for (row, byte) in rows.iter_mut().zip(take(bytes, count)?) {
                row[column] |= u64::from(*byte).checked_shl(8 * u32::from(rank))?;
            }
        }
    }
    Some(rows)
}

/// Takes so many bytes from the beginning.
pub(super) fn take<'b>(bytes: &mut &'b [u8], count: usize) -> Option<&'b [u8]> {
    let (first, rest) = bytes.split_at_checked(count)?;
    *bytes = rest;
    Some(first)
}

/// A number of four bytes.
pub(super) fn number(bytes: &mut &[u8]) -> Option<u32> {
    Some(u32::from_le_bytes(*take(bytes, 4)?.first_chunk()?))
}

/// The least room of what is padded.
const LEAST: usize = 1 << 10;
/// From here on sizes are whole multiples of this.
const STEP: usize = 1 << 16;

/// Packed and filled up, so that the length says little: to powers of two from 1 KiB,
/// from 64 KiB on to steps of that.
pub(super) fn pack(plain: &[u8]) -> Vec<u8> {
    let packed = zstd::bulk::compress(plain, 1).expect("memory is enough");
    let mut out = (packed.len() as u32).to_le_bytes().to_vec();
    out.extend_from_slice(&packed);
    let size = match out.len() {
        small if small <= STEP => small.next_power_of_two().max(LEAST),
        large => large.next_multiple_of(STEP),
    };
    out.resize(size, 0);
    out
}

/// The most that is unpacked, bytes.
const MOST: usize = 1 << 30;

/// What [`pack`] packed.
pub(super) fn unpack(mut bytes: &[u8]) -> Option<Vec<u8>> {
    let length = number(&mut bytes)? as usize;
    let packed = take(&mut bytes, length)?;
    let size = zstd::bulk::Decompressor::upper_bound(packed)?;
    zstd::bulk::decompress(packed, size.min(MOST)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back() {
        for rows in [vec![], vec![[0, 1, u64::MAX]], (0..1000u64).map(|n| [n, n * n * n * n, 7]).collect::<Vec<_>>()] {
            let mut bytes = Vec::new();
            put(rows.iter().copied(), &mut bytes);
            bytes.push(9);
            let mut rest = &bytes[..];
            assert_eq!(get::<3>(&mut rest), Some(rows));
            assert_eq!(rest, [9]);
        }
        assert_eq!(get::<3>(&mut &[255, 255, 255, 255, 1][..]), None);
        assert_eq!(get::<1>(&mut &[1, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1][..]), None);
    }

    #[test]
    fn lengths_say_little() {
        let noise = |size: usize| (0..size).map(|n| (n * n * 31 % 251) as u8 ^ (n >> 7) as u8).collect::<Vec<u8>>();
        for (size, packed) in [(0, 1024), (10, 1024), (100_000, 0)] {
            let plain = noise(size);
            let bytes = pack(&plain);
            assert_eq!(unpack(&bytes).as_deref(), Some(&plain[..]));
            assert!(packed == 0 || bytes.len() == packed);
            assert!(bytes.len().is_power_of_two() || bytes.len().is_multiple_of(STEP));
        }
        assert_eq!(unpack(b"none"), None);
    }
}

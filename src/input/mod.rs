//! Bytes to records: files, archives and standard input, each a stream of
//! lines with positions that can be proved and read again from.

mod ahead;
mod archive;
mod expand;
mod identity;
mod lines;

pub use archive::{Compression, Counted, decompress};
pub use expand::{ExpandError, Found, expand};
pub use identity::{HEAD, Identity, KeyError, TAIL};
pub use lines::{BLOCK, Block, Lines, MAX_LINE};

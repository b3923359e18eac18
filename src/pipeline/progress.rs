//! How far an import is, for whoever shows it.

/// Told about progress; every method may do nothing.
pub trait Progress {
    /// So many bytes of the disk are to be read in all (0 if unknown).
    fn begin(&mut self, bytes: u64);
    /// So many bytes and lines were read so far.
    fn at(&mut self, bytes: u64, lines: u64);
    /// Whether to stop after the current batch (Ctrl-C).
    fn should_stop(&self) -> bool;
    /// A file is read to its end.
    fn file_done(&mut self, name: &str, lines: u64);
}

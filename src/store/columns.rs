//! Rows for the engine, column by column: many rows at once cost a fifth of the
//! time that they take one by one.

use super::StoreError;
use duckdb::arrow::array::{
    ArrayRef, Int32Array, Int64Array, RecordBatch, StringArray, UInt8Array, UInt16Array, UInt32Array, UInt64Array,
};
use duckdb::{Appender, Connection};
use std::sync::Arc;

/// The columns of a table, in its order.
#[derive(Default)]
pub(super) struct Columns(Vec<(String, ArrayRef)>);

macro_rules! column {
    ($($(#[$doc:meta])* $name:ident $number:ty, $array:ident;)*) => {
        $($(#[$doc])*
        pub(super) fn $name(mut self, values: impl Iterator<Item = $number>) -> Columns {
            let name = self.0.len().to_string();
            self.0.push((name, Arc::new($array::from_iter_values(values))));
            self
        })*
    };
}

impl Columns {
    column! {
        /// UTINYINT.
        u8 u8, UInt8Array;
        /// USMALLINT.
        u16 u16, UInt16Array;
        /// UINTEGER.
        u32 u32, UInt32Array;
        /// UBIGINT.
        u64 u64, UInt64Array;
        /// INTEGER.
        i32 i32, Int32Array;
        /// BIGINT.
        i64 i64, Int64Array;
    }

    /// VARCHAR.
    pub(super) fn text<'a>(mut self, values: impl Iterator<Item = &'a str>) -> Columns {
        let name = self.0.len().to_string();
        self.0.push((name, Arc::new(StringArray::from_iter_values(values))));
        self
    }

    /// Appends the rows to a table of the store.
    pub(super) fn append_to(self, connection: &Connection, table: &str) -> Result<(), StoreError> {
        let mut appender = connection.appender(table)?;
        self.add_to(&mut appender)?;
        Ok(appender.flush()?)
    }

    /// Appends the rows to a temporary table.
    pub(super) fn append_to_temporary(self, connection: &Connection, table: &str) -> Result<(), StoreError> {
        let mut appender = connection.appender_to_catalog_and_db(table, "temp", "main")?;
        self.add_to(&mut appender)?;
        Ok(appender.flush()?)
    }

    /// Appends the rows to what an appender gathers until it is flushed.
    pub(super) fn add_to(self, appender: &mut Appender<'_>) -> Result<(), StoreError> {
        if self.0.iter().any(|(_, column)| column.is_empty()) {
            return Ok(());
        }
        let batch = RecordBatch::try_from_iter(self.0).expect("columns of one length");
        Ok(appender.append_record_batch(batch)?)
    }
}

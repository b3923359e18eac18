#!/bin/sh
# Fuzzes every target for so many seconds, from its corpus, and keeps what was
# found worth it. Needs cargo-fuzz and a nightly Rust.
#     run.sh SECONDS FOLDER
set -eu
seconds=$1
work=$2
cd "$(dirname "$0")/.."
export LD_LIBRARY_PATH="$DUCKDB_LIB_DIR"
for file in fuzz/corpus/*.gz; do
    name=$(basename "$file" .gz)
    rm -rf "$work/$name" "$work/$name.small"
    mkdir -p "$work/$name" "$work/$name.small"
    python3 fuzz/corpus.py unpack "$file" "$work/$name"
    cargo +nightly fuzz run -s none --target-dir "$work/target" "$name" "$work/$name" -- \
        -max_total_time="$seconds" -timeout=5 -rss_limit_mb=2048 -max_len=8192 -artifact_prefix="$work/$name-" \
        -print_final_stats=1 -verbosity=0
    cargo +nightly fuzz run -s none --target-dir "$work/target" "$name" "$work/$name.small" "$work/$name" -- \
        -merge=1 -max_len=2048 -verbosity=0
    python3 fuzz/corpus.py pack "$work/$name.small" "$file"
done

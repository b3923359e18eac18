//! What was counted is not counted again, whatever its name and wrapping.

use crate::support::{Bench, has, shell};

const NOW: &str = "2026-11-20T12:00:00Z";

fn imported() -> Bench {
    let bench = Bench::at(NOW);
    bench.log("a.log", "--lines 20000 --days 3 --seed 1");
    assert_eq!(bench.imported("a.log"), 20_000);
    bench
}

#[test]
fn the_same_file_adds_nothing_and_says_so() {
    let bench = imported();
    let before = bench.totals();
    let ran = bench.ok("import a.log --site example.com");
    assert_eq!(ran.stderr, "nothing new: 1 file, all lines counted before\n");
    let ran = bench.ok("import a.log --site other.org");
    let note = "they count for site example.com; `fathom-tui sites rename example.com other.org` gives it another name";
    assert_eq!(ran.stderr, format!("nothing new: 1 file, all lines counted before\nnote: {note}\n"));
    assert_eq!(bench.totals(), before);
}

#[test]
fn compressed_copies_add_nothing() {
    let bench = imported();
    let before = bench.totals();
    for (tool, ending) in [("gzip", "gz"), ("zstd", "zst"), ("bzip2", "bz2"), ("xz", "xz")] {
        if has(tool) {
            shell(&bench, &format!("{tool} -qc a.log > copy.{ending}"));
            assert_eq!(bench.imported(&format!("copy.{ending}")), 0, "{tool}");
        }
    }
    shell(
        &bench,
        "cp a.log other-name.txt; cat a.log | gzip -c > 1.gz; split -l 9000 a.log s; gzip -c saa > m.gz; gzip -c sab sac >> m.gz",
    );
    assert_eq!(bench.imported("other-name.txt"), 0);
    assert_eq!(bench.imported("1.gz"), 0);
    assert_eq!(bench.imported("m.gz"), 0, "several members");
    assert_eq!(bench.totals(), before);
}

#[test]
fn a_first_import_reads_any_compression() {
    for (tool, ending) in [("gzip", "gz"), ("zstd", "zst"), ("bzip2", "bz2"), ("xz", "xz")] {
        let bench = Bench::at(NOW);
        bench.log("a.log", "--lines 5000 --days 2 --seed 3");
        if has(tool) {
            shell(&bench, &format!("{tool} -qc a.log > a.{ending}"));
            assert_eq!(bench.imported(&format!("a.{ending}")), 5_000, "{tool}");
            assert_eq!(bench.imported("a.log"), 0, "the plain one after {tool}");
        }
    }
}

#[test]
fn a_longer_copy_adds_its_tail() {
    let bench = imported();
    bench.log("b.log", "--lines 700 --days 1 --seed 9");
    shell(&bench, "cat a.log b.log > longer.log; gzip -c longer.log > longer.gz");
    assert_eq!(bench.imported("longer.gz"), 700);
    assert_eq!(bench.imported("longer.log"), 0);
    assert_eq!(bench.imported("a.log"), 0, "the shorter one is known still");
}

#[test]
fn concatenations_of_known_files_add_nothing() {
    let bench = imported();
    bench.log("b.log", "--lines 3000 --days 2 --seed 2");
    assert_eq!(bench.imported("b.log"), 3_000);
    let before = bench.totals();
    shell(&bench, "cat a.log b.log > ab.log; cat b.log a.log | gzip > ba.gz; gzip -k a.log b.log");
    for name in ["ab.log", "ba.gz"] {
        assert_eq!(bench.imported(name), 0, "{name}");
    }
    let line =
        format!("zcat a.log.gz b.log.gz | {} import --json -q --site example.com -", env!("CARGO_BIN_EXE_fathom-tui"));
    let mut command = std::process::Command::new("sh");
    let env = bench.command(["x"]);
    for (name, value) in env.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    let output = command.args(["-c", &line]).current_dir(bench.root()).output().expect("runs");
    let summary: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(summary["new_lines"], 0);
    assert_eq!(bench.totals(), before);
}

#[test]
fn a_rotation_is_followed_by_content() {
    let bench = imported();
    bench.log("new.log", "--lines 500 --days 1 --seed 4");
    shell(&bench, "mv a.log a.log.1; cp new.log a.log");
    assert_eq!(bench.imported("a.log.1 a.log"), 500);
    shell(&bench, "gzip a.log.1; mv a.log a.log.1");
    assert_eq!(bench.imported("a.log.1 a.log.1.gz"), 0);
}

#[test]
fn copies_within_one_command_count_once() {
    let bench = Bench::at(NOW);
    bench.log("logs/a.log", "--lines 20000 --days 3 --seed 1");
    shell(
        &bench,
        "cd logs; gzip -kc a.log > z.gz; cp a.log b.log; head -c 1000000 a.log > c.log; ln a.log hard; ln -s a.log soft",
    );
    assert_eq!(bench.imported("logs"), 20_000);
    assert_eq!(bench.imported("logs logs/*"), 0);
}

#[test]
fn a_torn_last_line_is_read_when_it_is_whole() {
    let bench = imported();
    let whole = std::fs::read(bench.path("a.log")).expect("readable");
    let more = std::fs::read(bench.log("b.log", "--lines 3 --days 1 --seed 9")).expect("readable");
    let torn = [&whole[..], &more[..more.len() - 30]].concat();
    bench.write("torn.log", &torn);
    let first = bench.imported("torn.log");
    assert_eq!(first, 2);
    bench.write("torn.log", [&whole[..], &more[..]].concat());
    assert_eq!(bench.imported("torn.log"), 1);
}

#[test]
fn a_last_line_without_newline_counts_once() {
    let bench = imported();
    let whole = std::fs::read(bench.path("a.log")).expect("readable");
    let more = std::fs::read(bench.log("b.log", "--lines 2 --days 1 --seed 9")).expect("readable");
    bench.write("c.log", [&whole[..], &more[..more.len() - 1]].concat());
    assert_eq!(bench.imported("c.log"), 2);
    bench.write("c.log", [&whole[..], &more[..]].concat());
    assert_eq!(bench.imported("c.log"), 0);
    let (_, ledger) = bench.totals();
    assert_eq!(ledger["lines"], 20_002);
}

#[test]
fn a_slice_of_what_was_counted_is_noticed() {
    let bench = imported();
    shell(&bench, "sed -n 5000,6000p a.log > slice.log");
    let ran = bench.ok("import slice.log --site example.com --skip-overlap");
    assert!(ran.stderr.contains("a.log covers some of the same time: 1,001 lines were left out"), "{}", ran.stderr);
    let (_, ledger) = bench.totals();
    assert_eq!(ledger["excluded"], 1_001);
    shell(&bench, "sed -n 8000,8100p a.log > other.log");
    let ran = bench.ok("import other.log --site example.com");
    assert!(ran.stderr.contains("they count twice (--skip-overlap leaves them out)"), "{}", ran.stderr);
}

/// It is unpacked up to where the known one ended, and then from its beginning.
#[test]
fn an_archive_that_only_begins_like_a_known_log_is_read_whole() {
    let bench = Bench::at(NOW);
    bench.log("a.log", "--lines 60000 --days 3");
    assert_eq!(bench.imported("a.log"), 60_000);
    shell(&bench, "sed '30000s/GET /GET \\/other/' a.log | gzip -c > b.gz");
    assert_eq!(bench.imported("b.gz"), 60_000);
    assert_eq!(bench.imported("b.gz"), 0);
}

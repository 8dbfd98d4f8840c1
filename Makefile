# What each target does: make help

PREFIX ?= /usr/local
DESTDIR ?=

SWIFT_BUILD = --explicit-target-dependency-import-check error
# Types by accessor, not by name: looking a name up costs a search of every conformance, at each start.
ACCESSORS = -Xswiftc -Xfrontend -Xswiftc -disable-concrete-type-metadata-mangled-name-accessors
# With C++'s library in it, of which Swift's needs a little: binding its symbols takes a fifth of a short command's time.
CXX_LIBRARY = .build/c++
STATIC = -Xlinker -L$(CXX_LIBRARY) -Xswiftc -Xclang-linker -Xswiftc -static-libgcc
RELEASE = -c release --static-swift-stdlib $(STATIC) $(ACCESSORS) $(SWIFT_BUILD)
VAULT = .build/release/vault

.DEFAULT_GOAL := help
.PHONY: help packages build demo test lint install clean

help:
	@echo "make demo                      build, then run the vault on real evidence and tell the story"
	@echo "make test                      run all tests"
	@echo "make build                     build the release binary, $(VAULT)"
	@echo "make install PREFIX=DIR        install it as DIR/bin/vault (default: $(PREFIX))"
	@echo "make lint                      check the code's format"
ifneq ($(wildcard Benchmarks/run.py),)
	@echo "make bench [BENCH=OPTIONS]     measure against git, restic and borg"
endif
	@echo "make fuzz [FUZZ_SECONDS=60]    look for inputs that break what reads them, so long at each door"
	@echo "make clean                     delete what was built"
	@echo
	@echo "Each installs the Debian packages that are missing, with sudo where not root."

packages:
	@.ci/packages

build: packages
	@mkdir -p $(CXX_LIBRARY)
	@library=$$(for c in clang gcc; do $$c -print-file-name=libstdc++.a; done 2>/dev/null | grep -m 1 /); \
	  [ -z "$$library" ] || ln -sf "$$library" $(CXX_LIBRARY)/libstdc++.a
	swift build $(RELEASE) --product vault

demo: build
	@Fixtures/demo.sh $(VAULT)

# Optimised, as what ships is: the tests that damage each byte of a vault check it tens of thousands of times.
# It pushes over an sshd of its own, on a free port of this machine.
test:
	@.ci/packages openssh-server
	swift test -Xswiftc -O $(SWIFT_BUILD)

lint: packages
	swift format lint --strict -r Package.swift Sources Tests Fuzz

# Where 'make build' came first, it compiles nothing, so that root leaves no files behind.
install:
	@test -x $(VAULT) || $(MAKE) build
	install -D -m 755 $(VAULT) $(DESTDIR)$(PREFIX)/bin/vault

ifneq ($(wildcard Benchmarks/run.py),)
.PHONY: bench
bench: build
	@.ci/packages restic borgbackup openssh-server
	python3 Benchmarks/run.py --vault $(VAULT) $(BENCH)
endif

# libFuzzer, guided by what the inputs reach. An input that ends the program stays in FUZZ_DIR, and its name says the door:
#   DOOR=packs FUZZ_DIR/fuzz FILE tries it again.
FUZZ_SECONDS = 60
FUZZ_DIR = .build-fuzz/found
DOORS = documents packs records notes session

.PHONY: fuzz
fuzz: build
	VAULT_FUZZER=1 swift build -c release --scratch-path .build-fuzz -Xswiftc -sanitize=fuzzer -Xswiftc -use-ld=lld \
	  $(SWIFT_BUILD) --product fuzz
	@rm -rf $(FUZZ_DIR)/seeds && mkdir -p $(FUZZ_DIR)
	@python3 Fuzz/seeds.py $(VAULT) $(FUZZ_DIR)/seeds
	@cp -f .build-fuzz/release/fuzz $(FUZZ_DIR)/fuzz
	@for door in $(DOORS); do \
	  mkdir -p $(FUZZ_DIR)/$$door; \
	  DOOR=$$door SERVED=$(FUZZ_DIR)/seeds/served $(FUZZ_DIR)/fuzz -max_total_time=$(FUZZ_SECONDS) -timeout=10 \
	    -rss_limit_mb=1000 -max_len=65536 -verbosity=0 -print_final_stats=1 -artifact_prefix=$(FUZZ_DIR)/$$door- \
	    $(FUZZ_DIR)/$$door $(FUZZ_DIR)/seeds/$$door > $(FUZZ_DIR)/$$door.log 2>&1 \
	    || { tail -n 40 $(FUZZ_DIR)/$$door.log; exit 1; }; \
	  echo "$$door: $$(sed -n 's/^stat::number_of_executed_units: *//p' $(FUZZ_DIR)/$$door.log) inputs"; \
	done

clean:
	swift package clean

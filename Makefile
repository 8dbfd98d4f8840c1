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
	swift format lint --strict -r Package.swift Sources Tests

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

clean:
	swift package clean

# GNU make.  `make help` lists the targets.  CC, CPPFLAGS, CFLAGS, LDFLAGS and
# LDLIBS are the user's and come last; PREFIX, DESTDIR, BINDIR, MANDIR, DATADIR
# say where to install; WERROR=1 makes warnings errors; V=1 shows commands.
PKG_CONFIG	?= pkg-config
BUILD		?= build
BIN		?= bin
PREFIX		?= /usr/local
BINDIR		?= $(PREFIX)/bin
MANDIR		?= $(PREFIX)/share/man
DATADIR		?= $(PREFIX)/share
BASHDIR		?= $(DATADIR)/bash-completion/completions
ZSHDIR		?= $(DATADIR)/zsh/site-functions
FISHDIR		?= $(DATADIR)/fish/vendor_completions.d
INSTALL_DIRS	 = $(BINDIR) $(addprefix $(MANDIR)/man,1 5 7) \
			$(BASHDIR) $(ZSHDIR) $(FISHDIR)
ASAN		 = -fsanitize=address,undefined \
			-fno-sanitize-recover=undefined -fno-omit-frame-pointer
FUZZ_SECONDS	?= 30
VERSION		:= $(shell sed -n 's/.*VERSION "\(.*\)"/\1/p' lib/base/version.h)
say		 = $(if $(V),,@echo '  $(1)	$@'; )

TOOLS		:= $(patsubst cmd/%.c,%,$(wildcard cmd/tp-*.c))
LIBOBJ		:= $(patsubst %.c,$(BUILD)/%.o,$(wildcard lib/*/*.c)) \
			$(BUILD)/gen/www.o
PAGE		:= $(shell find lib/serve/www -type f)
UPLOT		 = build/uplot
UNIT		:= $(patsubst tests/%.c,$(BUILD)/%,$(wildcard tests/unit/test_*.c))
FUZZ		:= $(patsubst tests/%.c,$(BUILD)/%,$(wildcard tests/fuzz/fuzz_*.c))
SHELLS		 = $(TOOLS:%=completions/%.bash) $(TOOLS:%=completions/_%) \
			$(TOOLS:%=completions/%.fish)

HDF5		:= $(shell $(PKG_CONFIG) --exists hdf5 2>/dev/null && \
			echo hdf5 || echo hdf5-serial)
STORE		 = sqlite3 libpq hiredis
MODULES		 = zlib libzstd jansson rdkafka $(HDF5) libmicrohttpd gnutls $(STORE)
pc		 = $(shell $(PKG_CONFIG) $(1) 2>/dev/null)
INCLUDES	:= $(patsubst -I%,-isystem %,$(call pc,--cflags $(MODULES)))
WARNINGS	 = -Wall -Wextra -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wpointer-arith -Wcast-qual -Wwrite-strings \
	-Wvla $(if $(WERROR),-Werror)
BASE_CFLAGS	 = -std=c11 -O2 -g $(WARNINGS) $(SAN)
COMPILE		 = $(CC) -Ilib -D_GNU_SOURCE $(INCLUDES) $(CPPFLAGS) \
			$(BASE_CFLAGS) $(CFLAGS)
LINK		 = $(CC) $(BASE_CFLAGS) $(CFLAGS) -Wl,--as-needed $(LDFLAGS)

# What tools link: what they use of the common libraries, heavy ones by name.
COMMON_LIBS	:= $(call pc,--libs rdkafka jansson zlib libzstd) -lcsv -lm
SERVE_LIBS	:= $(call pc,--libs libmicrohttpd gnutls $(STORE)) -lcrypt -lpthread
ALL_LIBS	:= $(call pc,--libs $(MODULES)) $(SERVE_LIBS) $(COMMON_LIBS)
$(BIN)/tp-replay:	LIBS := $(call pc,--libs $(HDF5))
$(BIN)/tp-serve:	LIBS = $(SERVE_LIBS)
$(BIN)/tp-store:	LIBS := $(call pc,--libs $(STORE))

# Hot code: what records pass through, and num/simd.h once per instruction set.
$(BUILD)/lib/json/%.o $(BUILD)/lib/rec/%.o:	BASE_CFLAGS += -O3
SIMD		 = -O3 -ffp-contract=fast -fno-math-errno -fno-trapping-math
X86		:= $(filter x86_64-%,$(shell $(CC) -dumpmachine))
$(BUILD)/lib/num/simd%.o:	BASE_CFLAGS += $(SIMD)
$(BUILD)/lib/num/simdavx2.o:	BASE_CFLAGS += $(if $(X86),-mavx2 -mfma)
$(BUILD)/lib/num/simdavx512.o:	BASE_CFLAGS += $(if $(X86),-mavx512f -mfma)

all: $(TOOLS:%=$(BIN)/%) ## build the tools into bin/ (the default)
unit: $(UNIT)
fuzzers: $(FUZZ)

$(BIN)/%: $(BUILD)/cmd/%.o $(BUILD)/lib.a
	@mkdir -p $(@D)
	$(call say,LINK)$(LINK) -o $@ $^ $(LIBS) $(COMMON_LIBS) $(LDLIBS)

$(BUILD)/lib.a: $(LIBOBJ)
	$(call say,AR)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/%.o: %.c $(BUILD)/flags | $(BUILD)/libs.ok
	@mkdir -p $(@D)
	$(call say,CC)$(COMPILE) -MMD -MP -c -o $@ $<

# The page, as C arrays; with uPlot where page-deps fetched it.
$(BUILD)/gen/www.c: lib/serve/embed lib/serve/join $(PAGE) $(wildcard $(UPLOT))
	@mkdir -p $(@D)
	$(call say,EMBED)lib/serve/join lib/serve/www $(@D)/www $(UPLOT) && \
		lib/serve/embed $(@D)/www >$@

$(BUILD)/gen/www.o: $(BUILD)/gen/www.c $(BUILD)/flags
	$(call say,CC)$(COMPILE) -MMD -MP -c -o $@ $<

$(BUILD)/unit/%: $(BUILD)/tests/unit/%.o $(BUILD)/lib.a
	@mkdir -p $(@D)
	$(call say,LINK)$(LINK) -o $@ $^ -lcmocka $(ALL_LIBS) $(LDLIBS)

$(BUILD)/fuzz/%: $(BUILD)/tests/fuzz/%.o $(FUZZ_MAIN) $(BUILD)/lib.a
	@mkdir -p $(@D)
	$(call say,LINK)$(LINK) $(FUZZ_SAN) -o $@ $^ $(ALL_LIBS) $(LDLIBS)

# Objects are made anew when the compiler or the flags change.
FLAGS		 = $(CC) $(CPPFLAGS) $(SAN) $(CFLAGS)
$(BUILD)/flags: FORCE
	@mkdir -p $(@D); echo '$(FLAGS)' | cmp -s - $@ || echo '$(FLAGS)' >$@

$(BUILD)/libs.ok:
	@CC='$(CC)' PKG_CONFIG='$(PKG_CONFIG)' sh tests/deps.sh libraries
	@mkdir -p $(@D) && touch $@

check: ## install what the tests need (apt), then run every test
	tests/check
test: all unit ## run the unit tests and the CLI cases, installing nothing
	tests/units $(UNIT)
	tests/run -b $(BIN)

asan: ## build and test with AddressSanitizer and UBSan in build/asan
	$(MAKE) BUILD=build/asan BIN=build/asan/bin SAN='$(ASAN)' test
tsan: ## test tp-serve with ThreadSanitizer in build/tsan
	tests/serve/tsan
chaos: all ## kill workers and brokers of a real Kafka, some 25 minutes long
	tests/kafka/chaos.sh --long
fuzz: ## run every fuzzer for FUZZ_SECONDS (needs clang)
	$(MAKE) CC=clang BUILD=build/fuzz FUZZ_SAN=-fsanitize=fuzzer \
		SAN=-fsanitize=fuzzer-no-link,address,undefined fuzzers
	tests/fuzz/hunt build/fuzz/fuzz $(FUZZ_SECONDS)

accuracy: all ## train the models with three seeds, and print their table
	tests/accuracy
bench: all ## measure speed beside other programs
	tests/bench
	tests/bench-store
	tests/bench-route
bench-serve: all ## measure tp-serve beside nginx and FastAPI
	tests/bench-serve
bench-page: all ## measure how soon a forecast is painted in a browser
	tests/bench-page
bench-kafka: all ## measure it on a Kafka of its own, beside Kafka Streams
	tests/bench-kafka
bench-nyc: all ; tests/bench-nyc ## measure taxi trips to cells, beside PySpark
bench-scale: all ; tests/bench-scale ## train on 207 segments, an hour of CPU
demo: ## build and run the pipeline on the sample data
	examples/demo
style: ## check budgets, include direction, words and scripts
	tests/style/check

page-deps: ## fetch uPlot, which draws the charts of tp-serve's page
	tests/npm uplot $(UPLOT)
completions: $(SHELLS) ## write the shell completions
completions/%.bash: $(BIN)/% ; @$< --completions bash >$@
completions/_%: $(BIN)/% ; @$< --completions zsh >$@
completions/%.fish: $(BIN)/% ; @$< --completions fish >$@

install: all ## install tools, man pages and completions below PREFIX
	install -d $(INSTALL_DIRS:%=$(DESTDIR)%)
	install -m 755 $(TOOLS:%=$(BIN)/%) $(DESTDIR)$(BINDIR)
	for s in 1 5 7; do install -m 644 man/*.$$s \
		$(DESTDIR)$(MANDIR)/man$$s || exit 1; done
	for t in $(TOOLS); do \
		install -m 644 completions/$$t.bash $(DESTDIR)$(BASHDIR)/$$t && \
		install -m 644 completions/_$$t $(DESTDIR)$(ZSHDIR) && \
		install -m 644 completions/$$t.fish $(DESTDIR)$(FISHDIR) || \
		exit 1; done

uninstall: ## remove what install put there
	rm -f $(TOOLS:%=$(DESTDIR)$(BINDIR)/%) $(TOOLS:%=$(DESTDIR)$(BASHDIR)/%) \
		$(TOOLS:%=$(DESTDIR)$(ZSHDIR)/_%) \
		$(TOOLS:%=$(DESTDIR)$(FISHDIR)/%.fish)
	for p in $(notdir $(wildcard man/*.[157])); do \
		rm -f $(DESTDIR)$(MANDIR)/man$${p##*.}/$$p; done

dist: ## write tp-VERSION.tar.gz from the last commit
	git archive --prefix=tp-$(VERSION)/ HEAD | gzip -9n >tp-$(VERSION).tar.gz

clean: ## remove all that was built
	rm -rf build bin demo-out

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' Makefile | expand -t 16

FORCE:
.PHONY: all unit fuzzers page-deps check test asan tsan chaos fuzz accuracy \
	bench bench-page bench-serve bench-kafka bench-nyc bench-scale demo style \
	completions install uninstall dist clean help FORCE
.SECONDARY:
.DELETE_ON_ERROR:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

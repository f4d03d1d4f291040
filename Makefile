# make run | test | test-deep | lint | bench | soak | deb | lock

PYTHON := .venv/bin/python
RUN := .venv/run
DEV := .venv/dev
PCSC := .venv/pcsc
NPM := .venv/npm
LOCKS := .ci/locks
# One more at a time than there are cores: there is always one that waits for a process, a wire or a browser.
WORKERS := $(shell expr $$(nproc) + 1)
TESTS := $(PYTHON) -m pytest --numprocesses $(WORKERS) --dist worksteal --durations 20
COMPILE := $(PYTHON) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header
# What is tried where tests failed: nothing, or by `.ci/run` the few that failed, once more.
AGAIN := false

# On the other Debian: not what brings its own SQLite or PostgreSQL along, simulates without a system under it, or
# reads the sources. Of PostgreSQL only what goes through all of its driver, for that is another one there.
ELSEWHERE := --ignore=tests/browser --ignore=tests/simulation --ignore=tests/powercuts --ignore=tests/planted \
    --ignore=tests/test_house.py --ignore=tests/test_house_rules.py -m "not deep and not slow" \
    -k "not postgresql or test_push or test_pull or test_same_books"

# Every worker would write its assertions anew, and every process that a test starts would be compiled again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test test-deep lint bench soak deb lock licences format

# Whatever ends make ends the demo, even what lets make say nothing more.
run: $(RUN)
	@.ci/prepare run
	@setpriv --pdeathsig TERM $(PYTHON) -m sync.demo $(DEMO)

test: $(DEV) $(PCSC)
	@.ci/prepare test
	$(TESTS) || $(AGAIN)

test-deep: $(DEV) $(PCSC) $(NPM)
	@.ci/prepare deep
	$(TESTS) -m deep || $(AGAIN) -m deep
	AGAIN="$(AGAIN)" $(PYTHON) -m tests.container.suite $(ELSEWHERE)

lint: $(DEV)
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m mypy

format: $(DEV)
	$(PYTHON) -m ruff check --fix
	$(PYTHON) -m ruff format

bench: $(DEV)
	$(PYTHON) -m tests.bench

soak: $(DEV)
	$(PYTHON) -m tests.simulation --years 20 --seed 1
	$(PYTHON) -m tests.simulation --thief --seeds 300
	$(PYTHON) -m tests.powercuts --cuts 30000
	$(PYTHON) -m tests.charging --sessions 10000

# Into build/deb; `make deb DEB="--release deb12 --architecture arm64"` for one kind alone.
deb: $(RUN)
	$(PYTHON) systemd/debian/build.py $(DEB)

# One resolution: every lock but the first takes its versions from the first.
lock: $(DEV)
	$(COMPILE) --all-extras pyproject.toml --output-file $(LOCKS)/dev.txt
	set -e; for role in kiosk office; do \
	    $(COMPILE) --extra $$role pyproject.toml --constraints $(LOCKS)/dev.txt --output-file $(LOCKS)/$$role.txt; done
	set -e; for group in installer builder pcsc; do \
	    $(COMPILE) --group $$group --constraints $(LOCKS)/dev.txt --output-file $(LOCKS)/$$group.txt; done

# After `make lock`: what each package says of itself, once it is installed.
licences: $(DEV) $(PCSC)
	$(PYTHON) -m tests.licences

$(RUN): pyproject.toml $(LOCKS)/kiosk.txt $(LOCKS)/office.txt $(LOCKS)/builder.txt $(LOCKS)/installer.txt
	@.ci/prepare run
	@.ci/install run

$(DEV): $(RUN) $(LOCKS)/dev.txt
	@.ci/install dev

$(PCSC): $(RUN) $(LOCKS)/pcsc.txt
	@.ci/prepare test
	@.ci/install pcsc

$(NPM): $(RUN) tests/drivers/outlets/rs485/strangers/package-lock.json
	@.ci/prepare deep
	@.ci/install npm

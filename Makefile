# make run | test | test-deep | lint | bench | soak | lock

PYTHON := .venv/bin/python
READY := .venv/ready
PCSC := .venv/pcsc
INSTALL := $(PYTHON) -m pip install --quiet --disable-pip-version-check
COMPILE := $(PYTHON) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header

.PHONY: run test test-deep lint bench soak lock format

run: $(READY)
	@.ci/prepare run
	$(PYTHON) -m sync.demo

test: $(READY) $(PCSC)
	@.ci/prepare test
	$(PYTHON) -m pytest --numprocesses auto

test-deep: $(READY) $(PCSC)
	@.ci/prepare test
	$(PYTHON) -m pytest --numprocesses auto -m deep

lint: $(READY)
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m mypy

format: $(READY)
	$(PYTHON) -m ruff check --fix
	$(PYTHON) -m ruff format

bench: $(READY)
	$(PYTHON) -m tests.bench

soak: $(READY)
	$(PYTHON) -m tests.simulation --years 20 --seed 1
	$(PYTHON) -m tests.powercuts --cuts 30000

lock: $(READY)
	$(PYTHON) -m pip install --quiet uv
	$(COMPILE) --all-extras pyproject.toml --output-file .ci/requirements.txt
	$(COMPILE) --group pcsc --output-file .ci/pcsc.txt

$(READY): pyproject.toml .ci/requirements.txt
	@.ci/prepare run
	python3 -m venv .venv
	$(INSTALL) --use-pep517 --require-hashes --requirement .ci/requirements.txt
	$(INSTALL) --no-deps --editable .
	@touch $@

$(PCSC): $(READY) .ci/pcsc.txt
	@.ci/prepare test
	$(INSTALL) --require-hashes --requirement .ci/pcsc.txt
	@touch $@

# make run | test | test-deep | lint | bench | soak | lock

PYTHON := .venv/bin/python
READY := .venv/ready

.PHONY: run test test-deep lint bench soak lock format

run: $(READY)
	@.ci/prepare run
	$(PYTHON) -m sync.demo

test: $(READY)
	@.ci/prepare test
	$(PYTHON) -m pytest --numprocesses auto

test-deep: $(READY)
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
	$(PYTHON) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --all-extras \
		--no-header pyproject.toml --output-file .ci/requirements.txt

$(READY): pyproject.toml .ci/requirements.txt
	@.ci/prepare run
	python3 -m venv .venv
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --use-pep517 --require-hashes --requirement .ci/requirements.txt
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

# Three commands need nothing but Python 3.11+ and make: `make demo`, `make up` and `make test`.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
SPARK_TEST := churn_pipeline_tests/unit/features/test_spark_parser.py
CHROMIUM ?= $(shell command -v chromium || command -v chromium-browser)
TOURS ?= browser and not slow

.PHONY: demo up test test-all test-browser lint setup lock clean

setup: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit("churn_pipeline needs Python 3.11 or newer, this is %d.%d; try: make PYTHON=python3.11 ..." % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e '.[dev]'
	$(BIN)/python -m churn_pipeline.explain.shapley.precompiled
	touch $@

# Beside the environment, not in it: Great Expectations imports pyspark where it finds it, and ends the process.
$(VENV)/spark: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock --target $@ pyspark
	touch $@

demo: setup  ## the main job on a real sample
	@$(BIN)/churn run data/samples/cdnow.csv --shop cdnow --map customer_id=customer_id --map date=date --map amount=amount --horizon 90

up: setup  ## app, API, Dagster with its daemon, MLflow; Ctrl-C stops them
	@$(BIN)/churn up

test: setup lint  ## what every change has to pass
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile

test-all: setup lint $(VENV)/spark  ## with the heavy checks; Spark's own parser needs Java 17
	$(BIN)/python -m pytest -m 'not browser' --ignore $(SPARK_TEST)
	PYTHONPATH=$(VENV)/spark $(BIN)/python -m pytest -m slow $(SPARK_TEST)

test-browser: setup  ## people's tours of the real pages; needs the browser that Debian's package chromium holds
	@test -x "$(CHROMIUM)" || { echo 'test-browser needs a Chromium: apt-get install chromium, or make test-browser CHROMIUM=/path/to/it'; exit 1; }
	CHROMIUM=$(CHROMIUM) OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m '$(TOURS)' churn_pipeline_tests/browser

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/bandit --quiet --recursive churn_pipeline -c pyproject.toml

lock:  ## renews the lock; needs uv
	uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links --no-annotate --no-header -o requirements.lock

clean:
	rm -rf $(VENV) build *.egg-info

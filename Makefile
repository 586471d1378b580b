# make demo    from a fresh clone to a table of rings
# make test    every check that a change must pass
# make bench   timings, by hand
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
DEMO   := .demo/out

.PHONY: demo test bench clean
.DEFAULT_GOAL := demo

demo: $(VENV)/installed
	@$(BIN)/linkage run fixtures/demo --out $(DEMO) --force
	@echo
	@echo "try: $(BIN)/linkage evaluate $(DEMO) --truth fixtures/demo/truth/accounts.parquet"
	@echo "     $(BIN)/linkage run YOUR_FOLDER --out out"

test: $(VENV)/installed-test
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/cog --check README.md
	$(BIN)/python -m pytest -n auto tests/unit tests/property tests/golden
	tests/bin/prepare
	$(BIN)/python -m pytest -n 2 --dist loadfile tests/neo4j tests/browser

bench: $(VENV)/installed-test
	$(BIN)/python tests/bench/bench_speed.py --scales 100000
	$(BIN)/python tests/bench/bench_worlds.py --preset mixed
	$(BIN)/python tests/bench/bench_prompts.py
	$(BIN)/python tests/bench/bench_febrl.py
	$(BIN)/python tests/bench/bench_airdrop.py
	$(BIN)/python tests/bench/bench_neo4j.py --delta 100000

# A stamp is as new as the last install, so a second call installs nothing.
$(VENV)/installed: pyproject.toml | $(VENV)/made
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/installed-test: pyproject.toml | $(VENV)/made
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@ $(VENV)/installed

$(VENV)/made:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "error: there is no $(PYTHON) here" >&2; \
	  echo "  fix: install Python 3.11 or later, or name it: make PYTHON=/path/to/python3" >&2; \
	  exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "error: linkage needs Python 3.11 or later, $(PYTHON) is $$($(PYTHON) -V)" >&2; \
	  echo "  fix: name a newer one: make PYTHON=python3.12" >&2; \
	  exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

clean:
	rm -rf .demo build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis \
	  .import_linter_cache
	rm -f $(VENV)/installed $(VENV)/installed-test
	find linkage tests -name __pycache__ -type d -prune -exec rm -rf {} +

# Every target sets up what it needs in .venv; only Python >= 3.11 and make are asked for.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
# How many tests run at once: some wait for terminals and clocks, so three keep two cores busy.
WORKERS ?= 3

PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
# uv installs what pip would, sooner: from the index that pip is configured for, if there is one,
# and with the certificates that this system trusts.
INSTALL_BY_UV = { \
  index=$$($(BIN)/python -m pip config list | sed -n "s/^[^=]*\.index-url='\(.*\)'/\1/p" | tail -n 1); \
  if [ -n "$$index" ]; then export UV_DEFAULT_INDEX="$${UV_DEFAULT_INDEX:-$$index}"; fi; \
  export UV_SYSTEM_CERTS=true; \
  $(PIP) install "$$(grep '^uv==' requirements.lock)" \
  && $(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python requirements.lock \
  && $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python -e .; \
} 2> .venv/uv.log
TELL_OF_PIP = echo "uv could not install what is needed (.venv/uv.log says why); pip does it, which takes longer" >&2
INSTALL_BY_PIP = grep -v '^uv==' requirements.lock > .venv/requirements.txt \
  && $(PIP) install --no-deps -r .venv/requirements.txt \
  && $(PIP) install --no-deps --no-build-isolation -e .

.PHONY: run test test-e2e check format lint types layers coverage bench screenshots lock wheel clean

run: $(READY)
	@$(BIN)/assistant-tui $(ARGS)

# Compiled tests are kept even where Python is told to write none: collecting them again then takes
# each worker a third of the time.
test test-e2e: export PYTHONDONTWRITEBYTECODE =

test: $(READY)
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal $(ARGS)

# The program in real terminals: alone, and over ssh, in tmux and GNU screen where they are.
test-e2e: $(READY)
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal tests/e2e $(ARGS)

check: lint types layers
	$(MAKE) --no-print-directory coverage

# The tests of the packages that pyproject.toml measures. The others run without coverage, with which
# a test through the screen takes more than twice as long.
MEASURED := $(addprefix tests/,api config core journal server services storage transport)

# `make test`, and the least coverage of the measured packages by their own tests.
coverage: $(READY)
	$(MAKE) --no-print-directory test ARGS="--cov --cov-report= $(MEASURED)"
	$(BIN)/python -m coverage report --fail-under=95
	$(MAKE) --no-print-directory test ARGS="$(addprefix --ignore=,$(MEASURED))"

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(READY)
	$(BIN)/mypy

layers: $(READY)
	$(BIN)/lint-imports

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(READY)
	$(BIN)/python -m benchmarks $(ARGS)

screenshots: $(READY)
	$(BIN)/python -m screenshots.make

wheel: $(READY)
	$(BIN)/python -m hatchling build -t wheel

lock: $(READY)
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
	  --no-emit-index-url --no-emit-find-links --no-annotate --no-header --upgrade -o requirements.lock

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "assistant-tui needs Python 3.11 or newer; '$(PYTHON)' is older or missing: make PYTHON=python3.12 ..." >&2; exit 2; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "'$(PYTHON)' cannot make virtual environments: install its venv package (on Debian: apt install python3-venv)" >&2; exit 2; }
	@$(PYTHON) -m venv .venv
	@$(INSTALL_BY_UV) || { $(TELL_OF_PIP); $(INSTALL_BY_PIP); }
	@$(BIN)/python -m compileall -q assistant_tui
	@touch $@

clean:
	rm -rf .venv dist .coverage .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

# What a person types. Needs python3 (3.11 to 3.13), make and the internet; everything else is fetched into .venv
# and node_modules. Arguments are passed on: make demo ARGS="--exit --json"
ARGS ?=
VENV := .venv
PY := $(VENV)/bin/python
NODE := PATH="$(CURDIR)/$(VENV)/bin:$$PATH"
# Our modules are compiled at once, before anything runs: Python would leave them cut off where the disk is full, which
# tests imitate, and nothing would start any more (CPython issue 126606).
export PYTHONDONTWRITEBYTECODE := 1
READY := $(VENV)/ready-$(shell cat requirements-dev.lock package-lock.json | cksum | cut -d ' ' -f 1)

.PHONY: compiled help setup demo up test lint check docs lock sbom chaos bench
help: ## lists these
	@sed -nE 's/^([a-z]+):[^#]*## (.*)/\1 \2/p' $(MAKEFILE_LIST) | while read -r name told; do printf 'make %-6s %s\n' "$$name" "$$told"; done

setup: $(READY) ## fetches everything into .venv and node_modules

demo: $(READY) compiled ## everything on this machine, signed in, with something to see
	@$(PY) manage.py demo $(ARGS)

up: $(READY) compiled ## the platform, empty
	@$(PY) manage.py up $(ARGS)

# Everything on all cores. One app's tests, in this process: make test ARGS="tests/webplatform/studies"
test: $(READY) compiled ## all tests, on all cores; some of them: make test ARGS=tests/webplatform/live
	@$(PY) -m pytest $(if $(ARGS),$(ARGS),--numprocesses auto)

lint: $(READY) ## style and types (Python and JavaScript), security rules, contracts
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(NODE) node_modules/.bin/biome check --error-on-warnings
	$(NODE) node_modules/.bin/tsc
	$(VENV)/bin/bandit --quiet --recursive --severity-level medium --skip B104 inference training webplatform
	$(PY) -m pip --disable-pip-version-check check
	$(PY) manage.py makemigrations --check --dry-run
	$(PY) manage.py spectacular --validate --fail-on-warn --file /dev/null
	REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true $(NODE) \
	  node_modules/.bin/redocly lint docs/openapi.yml docs/asyncapi.yml --max-problems 20

check: lint test ## lint and tests

docs: $(READY) ## the documentation as a site, in var/docs; a broken link is an error
	$(VENV)/bin/properdocs build --strict --quiet --config-file mkdocs.yml
	@echo "Open var/docs/index.html."

lock: $(READY) ## after a change of requirements*.txt: every package with its hashes
	for name in requirements requirements-dev; do $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 \
	  --generate-hashes --no-header $$name.txt --output-file $$name.lock $(ARGS) || exit 1; done

sbom: $(READY) ## what an installation carries, with licences, in var/
	@mkdir -p var
	$(VENV)/bin/cyclonedx-py environment $(VENV) --output-file var/sbom-python.json
	$(NODE) $(VENV)/bin/npm sbom --omit dev --sbom-format cyclonedx >var/sbom-browser.json

chaos: $(READY) compiled ## faults on a whole platform: make chaos ARGS="--minutes 20 --database postgres"
	@$(PY) -m tests.chaos $(ARGS)

bench: $(READY) compiled ## measures every claim against a peer
	@$(PY) -m benchmarks $(ARGS)

compiled: $(READY)
	@$(PY) -m compileall -q inference training webplatform clients/python/raut_client tests

$(READY): | $(PY)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(NODE) $(VENV)/bin/npm ci --no-audit --no-fund --loglevel error
	@rm -f $(VENV)/ready-*
	@touch $@

$(PY):
	@for python in $${PYTHON:-} python3 python3.13 python3.12 python3.11; do \
	  "$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null || continue; \
	  "$$python" -m venv $(VENV) 2>/dev/null && exit 0; \
	  echo "$$python cannot make virtual environments by itself (Debian: python3-venv); trying its pip."; rm -rf $(VENV); \
	  "$$python" -m venv --without-pip $(VENV) && "$$python" -m pip --python $(VENV) install --quiet pip && exit 0; \
	  rm -rf $(VENV); \
	done; echo "No usable Python 3.11 to 3.13 was found: install python3 and python3-venv, or set PYTHON." >&2; exit 1

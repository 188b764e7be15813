# Thin and self-describing: `make` lists the targets. Each target is one visible command.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
T      ?=
# As many processes as cores share the tests.
SHARED := -n auto --dist loadgroup

.DEFAULT_GOAL := help
.PHONY: help dev demo test test-full lint format types corpus bench docs package clean debian-packages

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt hatchling editables
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --no-build-isolation --editable '.[demo,test]'
	@touch $@

dev: $(VENV)/.installed ## set up .venv with pinned dependencies

demo: dev ## audit the example city: emulated devices over real SSH and this host
	@PATH="$(CURDIR)/$(BIN):$$PATH" infra-audit demo --out reports/demo; status=$$?; \
	if [ $$status -eq 1 ]; then exit 0; else exit $$status; fi

debian-packages: ## as root on Debian: install the services that the live tests use
	@sh tests/debian_packages.sh

# The third JSON Schema validator of the tests; without npm the test that needs it skips and says so.
tests/ajv/node_modules/.installed: tests/ajv/package-lock.json
	@if command -v npm >/dev/null; then cd tests/ajv && npm ci --no-audit --no-fund --ignore-scripts --silent && touch node_modules/.installed; \
	else echo "npm is not here: rules are not judged by ajv"; fi

lint: dev ## ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: dev ## let ruff rewrite
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: dev ## mypy, strict
	$(BIN)/mypy

test: dev tests/ajv/node_modules/.installed ## lint, types and all tests; T=tests/unit runs a part without lint and types
ifeq ($(T),)
	@$(MAKE) --no-print-directory debian-packages lint types
	$(BIN)/python -m pytest $(SHARED) tests
else
	$(BIN)/python -m pytest $(T)
endif

test-full: dev tests/ajv/node_modules/.installed ## the long loops in full; writes docs/verification.md
	@$(MAKE) --no-print-directory debian-packages lint types
	INFRA_AUDIT_FULL=1 $(BIN)/python -m pytest $(SHARED) tests --verification docs/verification.md

docs: dev ## make anew what is generated: picture, sample report, pages of platforms and clauses
	$(BIN)/python -m docs.generate

corpus: dev ## read the corpus of real configurations and write docs/corpus.md and docs/rules/platforms.md
	$(BIN)/python -m docs.corpus_report
	$(BIN)/python -m docs.rule_platforms

bench: dev ## measure speed; prints CPU seconds and ratios
	$(BIN)/python -m benchmarks

package: dev ## build sdist and wheel
	$(BIN)/python -m build --no-isolation

clean: ## remove what make made
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .hypothesis .cache

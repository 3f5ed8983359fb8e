# Every target runs from a fresh clone: what it needs, it makes first. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/sh

PYTHON := .venv/bin/python
BOOTSTRAP := $(shell command -v python3 || command -v python)
LOCAL := .venv/installed-local
DEV := .venv/installed-dev
export PYTHONPATH := $(CURDIR):$(CURDIR)/functions

ESTIMATOR ?= logistic
EVENT ?= benign
PORT ?= 8000
ARTIFACT := artifact/manifest.json
MODEL_SOURCES := $(wildcard training/*.py training/data/*.csv cytology/*.py cytology/*.json) layers/sklearn/requirements.txt

.PHONY: help
help: ## list all targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# The bootstrap decides by hash whether anything is to be installed, so it is asked every time:
# a touched lock file installs nothing, a changed one does.
.PHONY: local dev
local:
	@"$(BOOTSTRAP)" tools/bootstrap.py local
dev:
	@"$(BOOTSTRAP)" tools/bootstrap.py dev

.PHONY: serve
serve: local $(ARTIFACT) ## run the form and the API on one local port (PORT=8000), without Docker or AWS
	@MODEL_DIR="$${MODEL_DIR:-$(CURDIR)/artifact}" $(PYTHON) -m server --port $(PORT) --reload

.PHONY: train
train: local ## fit, prove and write the model to artifact/ (ESTIMATOR=logistic|random-forest)
	@$(PYTHON) -m training --estimator $(ESTIMATOR) $(if $(DATA),--data "$(DATA)") $(if $(SCHEMA),--schema "$(SCHEMA)")

$(ARTIFACT): $(MODEL_SOURCES) | local
	@$(PYTHON) -m training --estimator $(ESTIMATOR)

.PHONY: test
test: dev $(ARTIFACT) ## run every test that this machine can run
	@tools/form-tools
	@$(PYTHON) -m pytest

.PHONY: lighthouse
lighthouse: dev $(ARTIFACT) ## measure the form with Lighthouse (needs npm and Chromium)
	@tools/form-tools
	@node tests/browser/lighthouse.mjs $(PYTHON)

.PHONY: check
check: dev ## format, lint, types, import rules, template
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m mypy
	@.venv/bin/lint-imports
	@.venv/bin/cfn-lint template.yaml
	@tools/form-tools
	@if command -v npm >/dev/null 2>&1; then npm run --silent check; fi

.PHONY: format
format: dev ## format the Python code
	@$(PYTHON) -m ruff format .
	@$(PYTHON) -m ruff check --fix .

.PHONY: build
build: dev $(ARTIFACT) ## build the Lambda image with sam (trains first if stale)
	@.venv/bin/sam build

.PHONY: invoke
invoke: dev ## send one event to the real container (EVENT=benign, a name in events/)
	@.venv/bin/sam local invoke PredictFunction --event events/$(EVENT).json

.PHONY: events
events: dev $(ARTIFACT) ## write events/ anew: each event and the answer it gets
	@$(PYTHON) -m tests.events >/dev/null

.PHONY: api
api: dev ## serve the real container as an HTTP API on port 3000
	@.venv/bin/sam local start-api --warm-containers EAGER

.PHONY: lock
lock: dev ## resolve every requirements.in anew into hashed locks
	@$(PYTHON) tools/lock.py

.PHONY: clean
clean: ## remove everything that the commands made
	rm -rf .venv .uv artifact build .aws-sam

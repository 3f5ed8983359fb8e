# Every target runs from a fresh clone: what it needs, it makes first. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/sh

PYTHON := .venv/bin/python
BOOTSTRAP := $(shell command -v python3 || command -v python)
LOCAL := .venv/installed-local
DEV := .venv/installed-dev
export PYTHONPATH := $(CURDIR):$(CURDIR)/functions

ESTIMATOR ?= logistic
FORMAT ?= joblib
EVENT ?= benign
PORT ?= 8000
ARTIFACT := artifact/manifest.json
MODEL_SOURCES := $(wildcard training/*.py training/*/*.py training/card/page.html training/card/*.css training/data/* docs/report.json cytology/*.py cytology/*.json) layers/sklearn/requirements.txt

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
serve: local $(ARTIFACT) build/site/openapi.json ## run the form and the API on one local port (PORT=8000), without Docker or AWS
	@MODEL_DIR="$${MODEL_DIR:-$(CURDIR)/artifact}" POWERTOOLS_METRICS_DISABLED=true $(PYTHON) -m server --port $(PORT) --reload

build/site/openapi.json: docs/openapi.json tools/site.py lab/benchmarks/results.json $(wildcard lab/costs/*.json lab/costs/*.py) $(wildcard node_modules/swagger-ui-dist/package.json) | local
	@$(PYTHON) -m tools.site

.PHONY: site
site: local ## add the interactive API reference to the site (needs npm)
	@npm ci --silent --no-audit --no-fund
	@$(PYTHON) -m tools.site

.PHONY: train
train: local ## fit, judge, prove and write artifact/ (ESTIMATOR=name, FORMAT=skops, DATA=my.csv SCHEMA=my-features.json)
	@$(PYTHON) -m training --estimator $(ESTIMATOR) --format $(FORMAT) $(if $(DATA),--data "$(DATA)") $(if $(SCHEMA),--schema "$(SCHEMA)")

$(ARTIFACT): $(MODEL_SOURCES) | local
	@$(PYTHON) -m training --estimator $(ESTIMATOR) --format $(FORMAT)

.PHONY: evaluate
evaluate: dev ## judge every candidate into docs/report.json and the model card (FAST=1: a minute, no files in docs/)
	@$(PYTHON) -m training.evaluate $(if $(FAST),--fast) $(if $(DATA),--data "$(DATA)") $(if $(SCHEMA),--schema "$(SCHEMA)")

.PHONY: card
card: dev ## write docs/model-card.md and its drawings from docs/report.json
	@$(PYTHON) -m training.card

.PHONY: verify
verify: local ## check an artifact: hashes, versions, golden predictions of both engines (MODEL_DIR=artifact)
	@$(PYTHON) -m training.verify $(if $(MODEL_DIR),"$(MODEL_DIR)",artifact)

.PHONY: drift
drift: local $(ARTIFACT) ## compare samples with the training table: CSV=samples.csv (REFERENCE=earlier.csv)
	@$(PYTHON) -m training.drift --csv "$(CSV)" $(if $(REFERENCE),--reference "$(REFERENCE)")

.PHONY: bench-drift
bench-drift: local $(ARTIFACT) ## simulate how often drift is found, and how often falsely, into docs/drift.md
	@$(PYTHON) -m lab.benchmarks.drift

.PHONY: coverage
coverage: dev $(ARTIFACT) ## lines and branches of cytology and functions that tests run; fails under 95 %
	@$(PYTHON) -m tools.coverage

.PHONY: mutate
mutate: dev $(ARTIFACT) ## change cytology in 1,700 small ways and see that tests notice; fails under 90 %
	@$(PYTHON) -m tools.mutate

# Lanes (tests/conftest.py), one worker each; what trains must not take every processor for itself
WORKERS ?= 4
.PHONY: test
test: dev $(ARTIFACT) ## run every test that this machine can run (WORKERS=4 side by side)
	@tools/form-tools
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(PYTHON) -m pytest --numprocesses $(WORKERS)

CASES ?= 200000

.PHONY: fuzz
fuzz: dev $(ARTIFACT) ## throw hostile input at the handler and count the outcomes (CASES=200000, SEED=number)
	@MODEL_DIR="$(CURDIR)/artifact" $(PYTHON) -m tests.hostile --cases $(CASES) $(if $(SEED),--seed $(SEED))

.PHONY: chaos
chaos: dev $(ARTIFACT) ## do every fault to the real container: a claim, held or broken, for each
	@MODEL_DIR="$(CURDIR)/artifact" $(PYTHON) -m tests.chaos $(if $(ONLY),--only "$(ONLY)")

.PHONY: lighthouse
lighthouse: dev $(ARTIFACT) ## measure the form with Lighthouse (needs npm and Chromium)
	@tools/form-tools
	@node tests/browser/lighthouse.mjs $(PYTHON)

.PHONY: check
check: dev ## format, lint, types, import rules, security lint, template
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m mypy
	@.venv/bin/bandit --quiet --recursive --severity-level medium cytology functions training batch deploy lab tools
	@.venv/bin/lint-imports
	@.venv/bin/cfn-lint
	@tools/form-tools
	@if command -v npm >/dev/null 2>&1; then npm run --silent check; fi

.PHONY: format
format: dev ## format the Python code
	@$(PYTHON) -m ruff format .
	@$(PYTHON) -m ruff check --fix .

.PHONY: build
build: dev $(ARTIFACT) ## build the Lambda image with sam (trains first if stale), and its bill of materials
	@tests/container/base-image.sh
	@.venv/bin/sam build
	@$(PYTHON) -m tools.sbom

.PHONY: sbom
sbom: dev ## list what is in the image and compare with the locks: build/sbom.cdx.json (IMAGE=name)
	@$(PYTHON) -m tools.sbom $(IMAGE)

.PHONY: licences
licences: dev ## list the licence of everything that ships; fails on one that is not allowed
	@$(PYTHON) -m tools.licences

.PHONY: audit
audit: dev ## ask PyPI and npm for known vulnerabilities of every lock; fails without a network
	@$(PYTHON) -m tools.audit

.PHONY: layer
layer: dev ## pack layers/sklearn as a Lambda layer: build/sklearn-layer.zip
	@mkdir -p build && $(PYTHON) -m tools.layer

.PHONY: invoke
invoke: dev ## send one event to the real container (EVENT=benign, a name in events/)
	@.venv/bin/sam local invoke PredictFunction --event events/$(EVENT).json

.PHONY: events
events: dev $(ARTIFACT) ## write events/ anew: each event and the answer it gets
	@$(PYTHON) -m tests.support.events >/dev/null

.PHONY: api
api: dev ## serve the real container as an HTTP API on port 3000
	@.venv/bin/sam local start-api --warm-containers EAGER

# ROUNDS=15 for quieter medians; PARTS="cold warm" for some parts only: each keeps its own entry
# of lab/benchmarks/results.json, so a run that was broken off goes on with those that are left
ROUNDS ?= 9
.PHONY: bench
bench: dev $(ARTIFACT) ## measure everything against peers and bars into docs/performance.md (ROUNDS=9 PARTS=…)
	@$(PYTHON) -m lab.benchmarks --rounds $(ROUNDS) $(PARTS)

# One part alone: bench-cold, -warm, -batch, -size, -setting (memory), -money, -loop (TESTS=1)
.PHONY: bench-cold bench-warm bench-batch bench-size bench-setting bench-money bench-loop
bench-cold bench-warm bench-batch bench-size bench-setting bench-money bench-loop: bench-%: dev $(ARTIFACT)
	@$(PYTHON) -m lab.benchmarks.$* --rounds $(ROUNDS)

.PHONY: performance
performance: dev ## write docs/performance.md and its drawings from lab/benchmarks/results.json
	@$(PYTHON) -m lab.benchmarks.page

.PHONY: costs prices
costs: dev ## write docs/costs.md and its drawings from prices, assumptions and lab/benchmarks/results.json
	@$(PYTHON) -m lab.costs
prices: dev ## ask AWS's Price List API for the prices in lab/costs/prices.json anew (needs credentials)
	@$(PYTHON) -m lab.costs.refresh

.PHONY: predict
predict: local $(ARTIFACT) ## score a file: CSV=samples.csv (URL=https://… for a deployed service)
	@$(PYTHON) -m batch "$(CSV)" $(if $(URL),--url "$(URL)")

.PHONY: openapi
openapi: dev ## write docs/openapi.json from the schema, the routes and the events
	@$(PYTHON) -m tools.openapi

STAGE ?= production
DEPLOY := $(PYTHON) -m deploy --stage $(STAGE)

.PHONY: deploy
deploy: build build/site/openapi.json ## deploy or update a stage, and publish the form (STAGE=…, PARAMETERS="Memory=256", DRY_RUN=1)
	@$(DEPLOY) deploy $(if $(DRY_RUN),--dry-run) $(PARAMETERS)

.PHONY: rollback
rollback: dev ## stop a roll-out, or go back to the version before (STAGE=…, TO=version)
	@$(DEPLOY) rollback $(if $(TO),--to $(TO))

.PHONY: status
status: dev ## what runs, and how it is doing (STAGE=…)
	@$(DEPLOY) status

.PHONY: logs
logs: dev ## lines of every log of a stage (STAGE=…, SINCE=10m, FOLLOW=1)
	@$(DEPLOY) logs $(if $(SINCE),--since $(SINCE)) $(if $(FOLLOW),--follow)

.PHONY: destroy
destroy: dev ## delete a stage and all that it holds; asks first (STAGE=…)
	@$(DEPLOY) destroy

.PHONY: doctor
doctor: dev ## find the usual mistakes before they cost an hour (STAGE=…)
	@$(DEPLOY) doctor $(PARAMETERS)

.PHONY: parameters
parameters: dev ## write the table of parameters in docs/operations.md anew
	@$(PYTHON) -m tests.infrastructure.parameters

.PHONY: lock
lock: dev ## resolve every requirements.in anew into hashed locks
	@$(PYTHON) tools/lock.py

.PHONY: clean
clean: ## remove everything that the commands made
	rm -rf .venv .uv artifact build .aws-sam

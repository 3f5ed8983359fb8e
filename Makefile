# Every target runs from a fresh clone: what it needs, it makes first. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/sh

PYTHON := .venv/bin/python
BOOTSTRAP := $(shell command -v python3 || command -v python)
export PYTHONPATH := $(CURDIR):$(CURDIR)/functions

PORT ?= 8000
EVENT ?= benign
STAGE ?= production
DEPLOY := $(PYTHON) -m deploy --stage $(STAGE)
# Processes of make test; most tests wait for containers, so more than there are processors
WORKERS ?= 4
CASES ?= 200000
ROUNDS ?= 9

# MODEL_DIR=folder names another model; the paths of targets are relative: ours may hold spaces
ARTIFACT := $(if $(MODEL_DIR),,artifact/manifest.json)
WITH_MODEL := MODEL_DIR="$(if $(MODEL_DIR),$(MODEL_DIR),$(CURDIR)/artifact)"
MODEL_SOURCES := $(wildcard training/*.py training/*/*.py training/data/* docs/report.json \
  cytology/*.py cytology/*/*.py cytology/*.json) layers/sklearn/requirements.txt
# Documents that are written from the code or from a record: make check FIX=1
GENERATED := tools.openapi tests.support.events training.card

# Tables of docs/*.md come from records between cog's markers; those of the costs need node
INJECT := $(PYTHON) -m cogapp --verbosity=1

# Arguments that are checked before anything is installed, trained or built
.PHONY: .event .workers
EXAMPLES := CSV=samples.csv TARGET=class MODEL=model.sav
.needs-%:
	@test -n "$($*)" || { echo "make $(MAKECMDGOALS) needs $*: make $(MAKECMDGOALS) $(filter $*=%,$(EXAMPLES))" >&2; exit 2; }
.event:
	@test -e "events/$(EVENT).json" || { echo "events/ holds no $(EVENT).json; choose another: make invoke EVENT=benign" >&2; exit 2; }
.workers:
	@case "$(WORKERS)" in *[!0-9]*) echo "WORKERS is a number of processes, got $(WORKERS): make test WORKERS=4" >&2; exit 2;; esac

.PHONY: help
help:
	@awk '/^## / { printf "\n%s\n", substr($$0, 4) } \
	  /^[a-z]+:.*## / { split($$0, part, ":.*## "); printf "  make %-9s %s\n", part[1], part[2] }' Makefile

# The bootstrap compares the lock's hash, so these two are asked every time and mostly do nothing
.PHONY: .local .dev .form-tools
.local .dev:
	@test -n "$(BOOTSTRAP)" || { echo "Python 3 is missing; install it (Debian, Ubuntu: apt install python3-venv python3-pip; macOS: brew install python) and run make again" >&2; exit 1; }
	@"$(BOOTSTRAP)" tools/bootstrap.py $(@:.%=%)
.form-tools:
	@tools/form-tools

# Trains the default model; a model that was made otherwise is reported and kept (tools/artifact.py)
artifact/manifest.json: $(MODEL_SOURCES) | .local
	@$(PYTHON) -m tools.artifact refresh

build/site/openapi.json: $(ARTIFACT) docs/openapi.json tools/site.py tools/markdown.py $(wildcard training/card/* frontend/404.html lab/*/*.json lab/costs/*.py node_modules/swagger-ui-dist/package.json) | .local
	@$(WITH_MODEL) $(PYTHON) -m tools.site

## Use
.PHONY: serve predict export wheel
serve: .local $(ARTIFACT) build/site/openapi.json ## the form and the API on this machine (PORT=8000)
	@$(if $(MODEL_DIR),$(WITH_MODEL) $(PYTHON) -m tools.site)
	@$(WITH_MODEL) POWERTOOLS_METRICS_DISABLED=true $(PYTHON) -m cytology serve --port $(PORT) --reload

predict: .needs-CSV .local $(ARTIFACT) ## score a file of any size: CSV=samples.csv (OUT=….parquet, URL=https://…, PARALLEL=16, COLUMNS=id,scores,class, CLASSES=…, PREVALENCE=0.1, FORCE=1)
	@$(WITH_MODEL) $(PYTHON) -m cytology predict "$(CSV)" $(if $(URL),--url "$(URL)") $(if $(PARALLEL),--parallel $(PARALLEL)) $(if $(COLUMNS),--columns "$(COLUMNS)") \
	  $(if $(CLASSES),--classes "$(CLASSES)") $(if $(PREVALENCE),--prevalence "$(PREVALENCE)") $(if $(OUT),--out "$(OUT)") $(if $(FORCE),--force)

export: .local $(ARTIFACT) ## the model for elsewhere: FORMAT=sql (DIALECT=postgresql, TABLE=…), xlsx, js, html, conformance (OUT=file)
	@$(WITH_MODEL) $(PYTHON) -m cytology export $(if $(FORMAT),--format $(FORMAT)) $(if $(DIALECT),--dialect $(DIALECT)) $(if $(TABLE),--table "$(TABLE)") $(if $(OUT),--out "$(OUT)")

wheel: .local $(ARTIFACT) ## a package with the command cytology, the form and the model, in dist/
	@$(PYTHON) -m pip wheel --quiet --no-deps --wheel-dir dist . && ls dist/*.whl

## Train
.PHONY: start adopt train evaluate verify drift
start: .needs-CSV .needs-TARGET .local ## any table → a served model: CSV=titanic.csv TARGET=survived (POSITIVE=yes, SCHEMA=…, FULL=1, PORT=8000)
	@$(PYTHON) -m cytology start "$(CSV)" --target "$(TARGET)" $(if $(POSITIVE),--positive "$(POSITIVE)") $(if $(SCHEMA),--schema "$(SCHEMA)") \
	  $(if $(ESTIMATOR),--estimator $(ESTIMATOR)) $(if $(FULL),--full) --out "$(if $(MODEL_DIR),$(MODEL_DIR),artifact)" --no-serve
	@$(MAKE) --no-print-directory serve

adopt: .needs-MODEL .local ## a fitted classifier → a served model: MODEL=model.sav (SCHEMA=features.json, CSV=labelled.csv)
	@$(PYTHON) -m cytology adopt "$(MODEL)" $(if $(SCHEMA),--schema "$(SCHEMA)") $(if $(CSV),--csv "$(CSV)") $(if $(TARGET),--target "$(TARGET)") \
	  $(if $(POSITIVE),--positive "$(POSITIVE)") --out "$(if $(MODEL_DIR),$(MODEL_DIR),artifact)" --no-serve
	@$(MAKE) --no-print-directory serve

train: .local ## table → artifact/ (ESTIMATOR=name, FORMAT=skops, DATA=my.csv SCHEMA=my-features.json)
	@$(PYTHON) -m cytology train $(if $(ESTIMATOR),--estimator $(ESTIMATOR)) $(if $(FORMAT),--format $(FORMAT)) \
	  $(if $(DATA),--data "$(DATA)") $(if $(SCHEMA),--schema "$(SCHEMA)") $(if $(MODEL_DIR),--out "$(MODEL_DIR)")

evaluate: .dev ## judge every candidate, write docs/report.json and the model card (FAST=1: a minute)
	@$(PYTHON) -m training.evaluate $(if $(FAST),--fast) $(if $(DATA),--data "$(DATA)") $(if $(SCHEMA),--schema "$(SCHEMA)")

verify: .local ## check an artifact: hashes, versions, predictions of both engines (MODEL_DIR=artifact)
	@$(PYTHON) -m cytology verify "$(if $(MODEL_DIR),$(MODEL_DIR),artifact)"

drift: .needs-CSV .local $(ARTIFACT) ## compare samples with the training table: CSV=samples.csv (REFERENCE=old.csv)
	@$(PYTHON) -m cytology drift --csv "$(CSV)" $(if $(REFERENCE),--reference "$(REFERENCE)") $(if $(MODEL_DIR),--model-dir "$(MODEL_DIR)")

## Deploy
.PHONY: build invoke deploy doctor status logs rollback destroy
build: .dev $(ARTIFACT) ## build the image, its bill of materials and licences (LAYER=1: the layer instead)
	@$(if $(LAYER),$(PYTHON) -m tools.layer,PARAMETERS="$(PARAMETERS)" tests/container/base-image.sh && \
	  .venv/bin/sam build $(if $(PARAMETERS),--parameter-overrides $(PARAMETERS)) && $(PYTHON) -m tools.sbom)

IMAGE := .aws-sam/build/template.yaml
$(IMAGE): $(ARTIFACT) template.yaml layers/sklearn/requirements.txt $(wildcard cytology/*.py cytology/*/*.py \
  functions/*/*.py functions/*/*/*.py functions/*/requirements.txt functions/predict/Dockerfile)
	@$(MAKE) --no-print-directory build

invoke: .event .dev $(IMAGE) ## one event through the image: EVENT=benign, a name in events/ (API=1: serve on port 3000)
	@.venv/bin/sam local $(if $(API),start-api --warm-containers EAGER,invoke PredictFunction --event events/$(EVENT).json)

deploy: $(if $(DRY_RUN),.dev $(ARTIFACT),.form-tools build build/site/openapi.json) ## create or update a stage, publish the form (STAGE=…, PARAMETERS="Memory=256", DRY_RUN=1)
	@$(DEPLOY) deploy $(if $(DRY_RUN),--dry-run) $(PARAMETERS)

doctor: .dev ## find the usual mistakes before a deployment (STAGE=…)
	@$(DEPLOY) doctor $(PARAMETERS)

status: .dev ## versions, alarms and traffic of a stage (STAGE=…)
	@$(DEPLOY) status

logs: .dev ## lines of every log of a stage (STAGE=…, SINCE=10m, FOLLOW=1)
	@$(DEPLOY) logs $(if $(SINCE),--since $(SINCE)) $(if $(FOLLOW),--follow)

rollback: .dev ## stop a deployment, or return to the version before (STAGE=…, TO=version)
	@$(DEPLOY) rollback $(if $(TO),--to $(TO))

destroy: .dev ## delete a stage and all that it holds, after asking (STAGE=…)
	@$(DEPLOY) destroy

## Develop
.PHONY: test check fuzz chaos bench clean
# One processor a process: training in four workers would otherwise start threads for each. Bytecode
# is written whatever the environment says: hundreds of processes start in the tests
test: .workers .dev $(ARTIFACT) .form-tools ## run every test that this machine can run (WORKERS=4; COVERAGE=1: measure coverage)
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE= $(PYTHON) -m $(if $(COVERAGE),tools.coverage,pytest --numprocesses $(WORKERS))

check: .dev .form-tools ## format, lint, types, imports, templates (FIX=1: write them; AUDIT=1: only vulnerabilities)
ifdef AUDIT
	@tools/audit
else
	@$(if $(FIX),$(PYTHON) -m ruff check --quiet --fix-only . && $(PYTHON) -m ruff format --quiet .)
	@$(if $(FIX),for each in $(GENERATED); do echo "$$each"; $(PYTHON) -m $$each >/dev/null || exit 1; done)
	@if command -v node >/dev/null 2>&1; then $(INJECT) $(if $(FIX),-r,--check) README.md docs/*.md docs/decisions/README.md; fi
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m mypy
	@.venv/bin/lint-imports
	@.venv/bin/cfn-lint
	@if command -v npm >/dev/null 2>&1; then npm run --silent check; fi
endif

fuzz: .dev $(ARTIFACT) ## send hostile input to the handler and count the answers (CASES=200000, SEED=number)
	@$(WITH_MODEL) $(PYTHON) -m tests.hostile --cases $(CASES) $(if $(SEED),--seed $(SEED))

chaos: .dev $(ARTIFACT) ## break the real container in each known way and check what callers see (ONLY=name)
	@$(WITH_MODEL) $(PYTHON) -m tests.chaos $(if $(ONLY),--only "$(ONLY)")

bench: .dev $(ARTIFACT) ## measure against the peers into docs/performance.md (ROUNDS=9, PARTS="cold warm" or compilers)
ifeq ($(PARTS),compilers)
	@test -x build/compilers/bin/python || $(PYTHON) -m venv build/compilers
	@build/compilers/bin/python -m pip install --quiet --require-hashes -r lab/benchmarks/compilers.txt
	@OMP_NUM_THREADS=1 build/compilers/bin/python -m lab.benchmarks.compilers && $(INJECT) -r docs/compilers.md
else
	@tests/container/base-image.sh
	@$(PYTHON) -m lab.benchmarks --rounds $(ROUNDS) $(PARTS); status=$$?; [ $$status -gt 1 ] || $(INJECT) -r docs/*.md; exit $$status
endif

clean: ## delete what the commands made; asks before it deletes a model that you made
	@"$(BOOTSTRAP)" tools/artifact.py clean

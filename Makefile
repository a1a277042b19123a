# The verbs. Each does the set-up that it needs, once, and says what it is doing.

PYTHON ?= python3
OPENINGS ?=
STORE ?=
SEED ?=
PORT ?= 4566
DEMO ?=
SETTINGS ?=
ARGS ?=

venv := .venv/bin
export PATH := $(CURDIR)/$(venv):$(PATH)
export CDK_DISABLE_CLI_TELEMETRY := true

.DEFAULT_GOAL := help
.PHONY: help setup demo pictures chaos test bench package lint preflight deploy destroy pause resume synth local docs lock clean

help:  ## list the verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

setup: $(venv)/cdk $(venv)/bridgewatch  ## install everything into .venv and node_modules

$(venv)/.installed: requirements.txt
	@echo "==> Python packages: .venv (about 20 s the first time)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "bridgewatch needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another one: make PYTHON=python3.12 ...")'
	@test -x $(venv)/python || $(PYTHON) -m venv .venv
	@$(venv)/python -m pip install --quiet --disable-pip-version-check "$$(grep '^uv==' requirements.txt)"
	@$(venv)/uv pip sync --quiet --python $(venv)/python requirements.txt
	@touch $@

node_modules/.installed: package-lock.json $(venv)/.installed
	@echo "==> the CDK command line: node_modules"
	@$(venv)/npm ci --silent --no-audit --no-fund
	@touch $@

# `.venv/bin/cdk` works without activation, from any directory.
define cdk_command
#!/bin/sh
# Written by `make setup`: the pinned CDK command line on the node of this environment.
here=$$(CDPATH= cd -- "$$(dirname -- "$$0")" && pwd)
export PATH="$$here:$$PATH" CDK_DISABLE_CLI_TELEMETRY=true
exec node "$$here/../../node_modules/aws-cdk/bin/cdk" "$$@"
endef
export cdk_command

$(venv)/cdk: node_modules/.installed Makefile
	@printf '%s\n' "$$cdk_command" > $@
	@chmod +x $@

# `.venv/bin/bridgewatch` likewise: the command line of this checkout.
define bridgewatch_command
#!/bin/sh
# Written by `make setup`: python -m bridgewatch, from any directory.
here=$$(CDPATH= cd -- "$$(dirname -- "$$0")" && pwd)
PYTHONPATH="$$here/../..$${PYTHONPATH:+:$$PYTHONPATH}" exec "$$here/python" -m bridgewatch "$$@"
endef
export bridgewatch_command

$(venv)/bridgewatch: $(venv)/.installed Makefile
	@printf '%s\n' "$$bridgewatch_command" > $@
	@chmod +x $@

demo: setup  ## deploy to the embedded cloud, watch a bridge for seven days, read it back
	@$(venv)/python -m local demo $(if $(OPENINGS),--openings $(OPENINGS)) $(if $(STORE),--store $(STORE))

pictures: setup  ## renew README's pictures of the page, and its previews
	@$(venv)/python -m local pictures

chaos: setup  ## thirty days of faults at every edge: nothing may be lost, nothing invented
	@$(venv)/python -m local chaos $(if $(SEED),--seed $(SEED)) $(if $(STORE),--store $(STORE))

local: setup  ## serve the embedded cloud on PORT until interrupted; with DEMO=1, a page of moving bridges
	@$(venv)/python -m local serve --port $(PORT) $(if $(DEMO),--demo)

cdk := $(venv)/cdk
cdk_settings := $(if $(SETTINGS),-c settings=$(SETTINGS))
operate = @$(venv)/python -m bridgewatch $@ $(if $(SETTINGS),--settings $(SETTINGS))

preflight: setup  ## check what a deployment needs: credentials, region, keys, sources
	$(operate)

deploy: preflight  ## deploy to the AWS account that you are signed in to
	@echo "==> cdk deploy"
	@$(cdk) deploy --all $(cdk_settings) $(ARGS)

# The storage stack stays: termination protection refuses, and so would the operator.
destroy: setup  ## remove everything but the data
	@echo "==> cdk destroy"
	@$(cdk) destroy --force '*-poller' '*-cost-alarm' $(cdk_settings) $(ARGS)
	@echo "Kept: the storage stack, with the history and the role that may read it. It costs what it"
	@echo "stores. The next make deploy takes it up again; docs/operations.md tells how to delete it."

pause: setup  ## stop polling, without an alarm
	$(operate)

resume: setup  ## poll again
	$(operate)

synth: setup  ## synthesize the templates into cdk.out
	@echo "==> cdk synth"
	@rm -rf cdk.out
	@$(cdk) synth --quiet $(cdk_settings)

lint: synth  ## ruff, mypy and cfn-lint
	@echo "==> ruff"
	@$(venv)/ruff check .
	@$(venv)/ruff format --check .
	@echo "==> mypy"
	@$(venv)/mypy
	@echo "==> cfn-lint"
	@$(venv)/cfn-lint cdk.out/*.template.json

test: lint  ## lint, then every test
	@echo "==> pytest"
	@$(venv)/pytest --numprocesses 2 $(ARGS)

build/bench-venv/.installed: bench/requirements.txt $(venv)/.installed
	@echo "==> what the benchmarks measure against: build/bench-venv"
	@$(venv)/uv venv --quiet --clear --python $(venv)/python build/bench-venv
	@$(venv)/uv pip install --quiet --python build/bench-venv/bin/python -r bench/requirements.txt
	@touch $@

bench: setup build/bench-venv/.installed  ## measure the poller and the page, up to a thousand bridges, the embedded Timestream, writing and reading beside awswrangler, SQL on both stores, and moving
	@$(venv)/python -m bench.poller
	@$(venv)/python -m bench.page
	@$(venv)/python -m bench.scale
	@$(venv)/python -m bench.timestream
	@$(venv)/python -m bench.package
	@$(venv)/python -m bench.ingest
	@$(venv)/python -m bench.read
	@$(venv)/python -m bench.sql
	@$(venv)/python -m bench.moving

package: setup  ## build the embedded Timestream's wheel into build/packages
	@$(venv)/uv build --quiet --wheel --no-build-isolation --python $(venv)/python \
	  --out-dir build/packages embedded_timestream
	@ls build/packages/*.whl

docs: setup  ## renew the generated parts of README.md, docs/ and embedded_timestream/README.md
	@$(venv)/cog -r -I . --verbosity 1 README.md docs/*.md embedded_timestream/README.md

lock:  ## compile requirements.txt, and that of each Lambda function, from the .in files
	@$(venv)/uv pip compile --quiet --universal --python-version 3.11 --no-annotate \
	  --custom-compile-command "make lock" $(ARGS) requirements.in -o requirements.txt
	@for function in $(patsubst lambdas/%/requirements.in,%,$(wildcard lambdas/*/requirements.in)); do \
	  $(venv)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --custom-compile-command "make lock" $(ARGS) -c requirements.txt \
	    lambdas/$$function/requirements.in -o lambdas/$$function/requirements.txt || exit 1; \
	done

clean:  ## remove everything that these verbs made
	rm -rf .venv node_modules build cdk.out .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

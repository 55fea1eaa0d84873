# The same words by hand and in CI. Each target sets up what it needs in .venv.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 8000
export PORT

BIN := .venv/bin
MODEL ?=
DECODER ?= beam
ENGINE ?= auto
LIMIT ?=
MINUTES ?=
READINGS ?=
REPORT ?=
AGAINST ?=
CORRECTIONS ?=
TOLERANCE ?=
RUN ?= runs/$(basename $(notdir $(CONFIG)))
MODEL_CODE := PYTHONPATH=handlers:.
# Whatever loads the settings needs a secret key, not this installation's.
THROWAWAY := SECRET_KEY=$$(head -c 48 /dev/urandom | base64 -w 0) DATA_DIR=.run/check

# Two processes share all the tests, file by file; those that ARGS names are run by one.
SHARED = $(if $(ARGS),,-n 2 --dist loadfile)

# $(call need,DATA) stops where DATA is not given.
need = $(foreach name,$(1),$(if $($(name)),,$(error $(name)= is missing: see make help)))

# $(call apart,load) installs what requirements/load.txt pins into an environment of its own, .run/load.
apart = cmp -s requirements/$(1).txt .run/$(1)/installed || { $(PYTHON) -m venv .run/$(1) && \
  .run/$(1)/bin/pip install -q -r requirements/$(1).txt && cp requirements/$(1).txt .run/$(1)/installed; }

.PHONY: help run test test-mysql test-faults check audit format pack train soup tune evaluate archive bench bench-load pins install-run install-dev python

help:
	@echo "make run       the whole product on this machine (PORT=8000)"
	@echo "make test      every test"
	@echo "make test-mysql   the site's tests, and a browser on the whole, on a throwaway MariaDB"
	@echo "make test-faults  the product, broken on purpose under load: minutes"
	@echo "make check     style, types, import rules, migrations, settings for deployment, k8s/"
	@echo "make audit     known weaknesses of the pinned packages, by the advisories of OSV (needs the network)"
	@echo "make format    style, put right"
	@echo "make pack      DATA=folder TO=folder: all that training reads, small enough to travel"
	@echo "make train     CONFIG=training/configs/….toml DATA=folder [MINUTES=n] [CORRECTIONS=export] [RUN=folder]"
	@echo "make evaluate  DATA=set.jsonl.gz or a folder with labels.tsv or pages.jsonl"
	@echo "               [MODEL='a.mar b.pt'] [DECODER=best-path|beam] [ENGINE=auto|onnx|torch]"
	@echo "               [LIMIT=n] [REPORT=folder]"
	@echo "make soup      CHECKPOINTS='a.pt b.mar' DATA=folder TO=runs/…/soup.pt [ALL=1]: the mean of their weights"
	@echo "make tune      CHECKPOINT=runs/…/best.pt DATA=folder: languages and calibration beside it"
	@echo "make archive   CHECKPOINT=runs/…/best.pt VERSION=1.1 DATA=folder [AGAINST=a.mar] [TOLERANCE=0.005]"
	@echo "make bench     [MODEL=a.mar] time, memory and CPU of the recogniser, TorchServe and the site"
	@echo "make bench-load  [READINGS=10000] 50 people, ever more programs, and memory: a quarter of an hour"
	@echo "make pins      requirements/*.txt anew from requirements/*.in"

python:
	@command -v "$(PYTHON)" >/dev/null || { echo "Pymano needs Python 3.11, and there is none on the path." >&2; exit 1; }

install-run: python
	@$(PYTHON) local/install.py site model java

install-dev: python
	@$(PYTHON) local/install.py site model java tracing s3 dev

run: install-run
	@exec $(BIN)/python -m local.run

test: install-dev
	@$(BIN)/python -m local.browser
	$(BIN)/pytest $(SHARED) $(ARGS)

# The client library must be there before pip builds mysqlclient against it.
test-mysql: install-dev
	@if $(BIN)/python -m local.mariadb; then \
	  $(PYTHON) local/install.py mysql && \
	  $(BIN)/python -m local.mariadb $(BIN)/pytest tests/site tests/docs tests/browser/test_whole.py $(SHARED) $(ARGS); \
	fi

test-faults: install-dev
	@if $(BIN)/python -m local.mariadb; then $(PYTHON) local/install.py mysql; fi
	$(BIN)/pytest tests/faults -m faults $(ARGS)

check: install-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(THROWAWAY) $(BIN)/mypy site handlers training local torchserve manage.py
	PYTHONPATH=site:handlers:. $(BIN)/lint-imports
	$(BIN)/djlint --quiet --check --lint site
	$(THROWAWAY) $(BIN)/python manage.py makemigrations --check --dry-run
	$(THROWAWAY) HTTPS=on $(BIN)/python manage.py check --deploy --fail-level WARNING
	@$(call apart,manifests)
	$(BIN)/python -m local.manifests

# In an environment of its own, so that what audits is not among what is audited.
audit: python
	@test -x .run/audit/bin/pip-audit || { $(PYTHON) -m venv .run/audit && .run/audit/bin/pip install -q pip-audit==2.10.1; }
	@$(PYTHON) local/audit.py

format: install-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

pack: install-dev
	$(call need,DATA TO)
	@$(MODEL_CODE) $(BIN)/python -m training.pack $(DATA) $(TO)

train: install-dev
	$(call need,CONFIG DATA)
	OMP_WAIT_POLICY=passive $(MODEL_CODE) $(BIN)/python -m training.train $(CONFIG) $(DATA) $(RUN) $(if $(MINUTES),--minutes $(MINUTES)) \
	  $(if $(CORRECTIONS),--corrections $(CORRECTIONS))

evaluate: install-dev
	$(call need,DATA)
	@$(MODEL_CODE) $(BIN)/python -m training.evaluate $(DATA) --decoder $(DECODER) --engine $(ENGINE) \
	  $(if $(MODEL),--model $(MODEL)) $(if $(LIMIT),--limit $(LIMIT)) $(if $(REPORT),--report $(REPORT))

soup: install-dev
	$(call need,CHECKPOINTS DATA TO)
	$(MODEL_CODE) $(BIN)/python -m training.soup $(DATA) $(TO) $(CHECKPOINTS) $(if $(ALL),--all)

tune: install-dev
	$(call need,CHECKPOINT DATA)
	$(MODEL_CODE) $(BIN)/python -m training.tune $(CHECKPOINT) $(DATA)

archive: install-dev
	$(call need,CHECKPOINT VERSION DATA)
	$(MODEL_CODE) $(BIN)/python -m training.archive $(CHECKPOINT) $(VERSION) $(DATA) \
	  $(if $(AGAINST),--against $(AGAINST)) $(if $(TOLERANCE),--tolerance $(TOLERANCE))

bench: install-dev
	@$(MODEL_CODE) $(BIN)/python -m local.bench $(if $(MODEL),--model $(MODEL))

bench-load: install-dev
	@$(call apart,load)
	@$(MODEL_CODE) $(BIN)/python -m local.bench_load $(if $(READINGS),--readings $(READINGS))

# The build of torch is pip's to choose where it is installed, so the pin names the version alone.
pins: python
	@test -x .run/pins/bin/pip-compile || { $(PYTHON) -m venv .run/pins && .run/pins/bin/pip install -q pip-tools==7.6.2; }
	cd requirements && for set in site model java tracing s3 dev load manifests; do \
	  ../.run/pins/bin/pip-compile -q --upgrade --strip-extras --no-header --no-emit-options --no-emit-index-url \
	    --no-emit-find-links --no-emit-trusted-host --annotation-style=line --allow-unsafe $$set.in -o $$set.txt || exit; \
	  sed -i 's/^\(torch==[0-9.]*\)+[a-z0-9]*/\1/' $$set.txt; \
	done

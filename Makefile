# make install   the environment, from the lock file (needs Python 3.11 or later, and make)
# make server    the same without what only develops it: for a machine that runs it (docs/server.md)
# make run       crawl the sample web into data-sample/ and serve that archive
#                make run SITES="lang_son hai_phong" CONTACT=you@example.org   live sites, into data/
# make test      the tests
# make check     everything that CI runs
# make pywb      pywb in an environment of its own: a second reader of our WARCs, for the tests
# make lock      write requirements.lock anew from pyproject.toml, and requirements-run.lock, the part
#                of it that a container needs to run

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?= $(if $(SITES),data,data-sample)
PORT ?= 8001
JOBS ?= auto
STAMP := $(VENV)/installed-from-lock

.PHONY: install server run test check lint types contracts pywb lock clean

# $(1): the lock file.
define install-from
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or later is needed; say which with make PYTHON=..."; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
	  -r $(1)
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
	  --no-build-isolation --editable .
endef

install: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	$(call install-from,requirements.lock)
	touch $@

server:
	$(call install-from,requirements-run.lock)
	@# Services may not write here: what Python would compile at every start is compiled now.
	$(BIN)/python -m compileall -q archive crawler spiders

run: install
ifdef SITES
	$(BIN)/congdoan crawl $(SITES) --data $(DATA) $(if $(CONTACT),--contact "$(CONTACT)") \
	  || [ $$? -eq 3 ]
else
	$(BIN)/congdoan crawl --all --sample --data $(DATA) || [ $$? -eq 3 ]
endif
	@# Ctrl-C is how it ends: no error of make.
	@trap : INT; $(BIN)/congdoan serve --data $(DATA) --port $(PORT) || [ $$? -eq 130 ]

# Tests that fail are run once more with nothing beside them, and have to pass there: signals, kills
# and browsers of other tests on a crowded machine are no fault of the change. Both runs are shown.
test: install
	$(BIN)/python -m pytest -n $(JOBS) || { [ $$? -eq 1 ] && echo "Once more, alone:" \
	  && $(BIN)/python -m pytest --last-failed --last-failed-no-failures none; }

check: lint types contracts test

# pywb replays WARCs beside other tools' reading of them; its libraries clash with Scrapy's.
pywb: $(VENV)-pywb/bin/wayback

$(VENV)-pywb/bin/wayback:
	$(PYTHON) -m venv $(VENV)-pywb
	$(VENV)-pywb/bin/python -m pip install --quiet --disable-pip-version-check pywb==2.10.0 setuptools

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install
	$(BIN)/mypy

contracts: install
	$(BIN)/lint-imports --no-cache

lock:
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/python -m pip install --quiet uv
	$(VENV)-lock/bin/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header --quiet --output-file requirements.lock
	$(VENV)-lock/bin/uv pip compile pyproject.toml --extra nodes --universal --python-version 3.11 \
	  --constraint requirements.lock --generate-hashes --no-emit-index-url --no-header --quiet \
	  --output-file requirements-run.lock
	rm -rf $(VENV)-lock

clean:
	rm -rf $(VENV) $(VENV)-pywb build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

# Everything from a clean checkout: Python 3.11+, make, git and a package index are enough.
PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3)
SIZE ?= 1000000
PORT ?= 8765
SECONDS ?= 60
# many tests wait for real sockets and processes: more of them at a time than there are cores
PYTEST ?= -n 4 --dist worksteal
# most of the time a test waits for its browser to draw
PYTEST_BROWSER ?= -n 4 --dist loadscope
BIN := .venv/bin

# every process of many would compile every module anew
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup demo test test-browser lint bench fuzz lock

setup: .venv/ready

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "error: Python 3.11 or newer is needed. try: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch .venv/ready

demo: setup
	$(BIN)/python demo/serve.py --data demo-data --port $(PORT)

test: setup
	$(BIN)/python -m pytest $(PYTEST)

# every kind of page in Chromium; leaves pictures in build/screenshots
test-browser: setup
	$(BIN)/python -m pytest $(PYTEST_BROWSER) -m browser tests/browser tests/web

lint: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup
	$(BIN)/python -m benchmarks --size $(SIZE)

# changes exports of every format again and again; what a reader cannot bear is kept and replayed
fuzz: setup
	$(BIN)/python tests/exports/fuzz.py --seconds $(SECONDS)

# after a change of pyproject.toml; needs uv
lock:
	uv pip compile pyproject.toml --group dev --extra wechat --extra voice --extra amr --generate-hashes --universal --python-version 3.11 \
		--no-header --quiet --output-file requirements.lock

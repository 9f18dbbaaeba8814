# make demo     from nothing: train the mushroom example, compile it, score with it
# make test     from nothing: run every test (ARGS="-k mushroom" for some of them)
# make test-fast     the tests of the inner loop, in less than a minute
# make test-engines  those that need a browser, or tools from npm
# make bench    speed and size, as ratios to scikit-learn, m2cgen and onnxruntime
# make fuzz     try damaged and hostile files for as long as you like (SECONDS=60)
# make lint     style and types
# make format   put the style right
# make regen    make the committed scorers and the copied parts of the README anew

PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
DEMO = build/demo

.PHONY: demo test test-fast test-engines fuzz bench regen lint format clean

demo: $(VENV)/examples.installed
	$(BIN)/python examples/mushroom/train.py --rules --into $(DEMO)
	$(BIN)/treecompile build $(DEMO)/model.pkl --data $(DEMO)/mushrooms.csv -o $(DEMO)/scorer.py
	@echo
	@echo '# The scorer needs only Python: no packages, no site directory.'
	echo '{"odor": "n", "stalk_surface_below_ring": "y", "spore_print_color": "w"}' | $(PYTHON) -I -S $(DEMO)/scorer.py
	@echo
	@echo '# A record that it cannot score is refused, every fault at once.'
	echo '{"odor": "x", "stalk_surface_below_ring": "y"}' | $(PYTHON) -I -S $(DEMO)/scorer.py; test $$? -eq 1

# Make anew what is copied and committed: the examples, then what the README shows of them.
regen: $(VENV)/test.installed
	$(BIN)/treecompile schema examples/mushroom/mushrooms.csv -o examples/mushroom/schema.json
	$(BIN)/treecompile build examples/mushroom/model.pkl --data examples/mushroom/mushrooms.csv -o examples/mushroom/scorer.py
	$(BIN)/treecompile build examples/iris/model.pkl -o examples/iris/scorer.py
	$(BIN)/treecompile build examples/penguins/model.pkl -o examples/penguins/scorer.py
	$(BIN)/python -m pytest --regen tests/test_docs.py

test: $(VENV)/test.installed
	$(BIN)/python -m pytest -n auto -m "not engines" $(ARGS)

# The inner loop: the stages on programs by hand, a tenth of the examples.
test-fast: $(VENV)/test.installed
	HYPOTHESIS_PROFILE=fast $(BIN)/python -m pytest -n auto -m "fast and not engines" $(ARGS)

# What needs a browser, or prettier and the like from npm; without one, its test is skipped.
test-engines: $(VENV)/test.installed
	$(BIN)/python -m pytest -m engines $(ARGS)

# Half of the time for pickles that Python's own unpicklers read as well, half for hostile
# files; with atheris installed (Linux), these are led by coverage, and kept in CORPUS.
SECONDS ?= 60
CORPUS ?= build/fuzz/corpus
HALF = $$(( $(SECONDS) / 2 ))

fuzz: $(VENV)/test.installed
	if test -f tests/fuzz_pickle.py; then $(BIN)/python tests/fuzz_pickle.py --seconds $(HALF); fi
	if $(BIN)/python -c "import atheris" 2>/dev/null; then \
	  $(BIN)/python tests/fuzz_hostile.py --seconds $(HALF) --corpus $(CORPUS); \
	else $(BIN)/python tests/fuzz_hostile.py --seconds $(HALF) --seed $$(date +%s); fi

bench: $(VENV)/benchmarks.installed
	for name in trees pipeline ensembles coldstart size; do $(BIN)/python benchmarks/$$name.py; done

lint: $(VENV)/test.installed
	$(BIN)/ruff check .
	$(BIN)/black --check --quiet .
	$(BIN)/mypy
	$(BIN)/mypy --strict templates/python/runtime.py
	$(BIN)/mypy --strict templates/python/main.py

format: $(VENV)/test.installed
	$(BIN)/ruff check --fix .
	$(BIN)/black .

clean:
	rm -rf $(VENV) build dist *.egg-info

# $(VENV)/test.installed is the package with the extra "test", and so on.
$(VENV)/%.installed: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[$*]"
	touch $@

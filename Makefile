# Shorthands. The first two are the two commands of the README.
PYTHON ?= python3

run: .venv/ready
	.venv/bin/streamlit run app.py

test: .venv/ready
	.venv/bin/pytest

lint: .venv/ready
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports
	.venv/bin/mypy

docs: .venv/ready
	.venv/bin/sphinx-build -W --keep-going -b html -c docs . docs/_build/html

demo: .venv/ready
	.venv/bin/python docs/demo/build.py

.venv/ready: requirements.txt
	$(PYTHON) -m venv .venv
	.venv/bin/pip install -r requirements.txt
	touch $@

.PHONY: run test lint docs demo

# Shorthands for the two commands of the README.
PYTHON ?= python3

run: .venv/ready
	.venv/bin/streamlit run app.py

test: .venv/ready
	.venv/bin/pytest

.venv/ready: requirements.txt
	$(PYTHON) -m venv .venv
	.venv/bin/pip install -r requirements.txt
	touch $@

.PHONY: run test

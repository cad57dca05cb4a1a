# Everything by one command each. Works from any folder: make -C path/to/checkout demo
MAKEFLAGS += --no-print-directory
PYTHON := .venv/bin/python
AUDIT := .venv/bin/pip-audit --requirement requirements.lock --requirement deploy/containers/jupyter.lock --disable-pip --progress-spinner off
.DEFAULT_GOAL := help

.PHONY: help demo test check audit bench clean-data setup

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

demo: setup ## run the whole pipeline on this machine and watch it, until Ctrl-C
	@$(PYTHON) -m stack.demo

test: check ## run every test, on real services and in a real browser
	@sh stack/bootstrap.sh browser
	@$(PYTHON) -m pytest

check: setup ## lint, format, types, no secret in git, and what is known of the packages
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@.venv/bin/mypy
	@.venv/bin/hadolint Dockerfile deploy/kubernetes/connect.Dockerfile
	@git ls-files -z | xargs -0 .venv/bin/detect-secrets-hook --baseline .secrets.baseline
	-@$(AUDIT) # what became known today shall not keep anyone from working

audit: setup ## ask the Python advisory database about the packages, Jupyter's too (needs the network)
	@$(AUDIT)

bench: setup ## measure speed, latency and memory, and print a table
	@$(PYTHON) -m benchmarks

clean-data: setup ## forget the data of the services in .data
	@$(PYTHON) -m stack clean

setup: .venv/stamp ## install what is missing (the others do this first)

.venv/stamp: requirements.lock pyproject.toml stack/bootstrap.sh
	@sh stack/bootstrap.sh
	@touch $@

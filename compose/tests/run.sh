#!/bin/bash
# Runs the tests; their report, for programs and for people, goes to /reports.
set -o pipefail
pytest "$@" --junitxml=/reports/junit.xml 2>&1 | tee /reports/tests.log

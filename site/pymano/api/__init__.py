"""The API, version 1: for programs with a token, and for the pages' own scripts."""

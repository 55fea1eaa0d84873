"""The whole product on one machine: what `make run` and the end-to-end tests start."""

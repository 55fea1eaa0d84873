"""Pymano, the site: accounts, pages and an API around a recogniser of handwriting that TorchServe runs."""

"""Filters of the pages on models."""

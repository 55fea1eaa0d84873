"""Corrections that teach: what people let train is exported, and what was exported is remembered."""

"""Versions on trial, from the command line."""

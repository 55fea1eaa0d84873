"""Readings: ink and pictures, what was read in them, and what people corrected."""

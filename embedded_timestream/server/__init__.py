"""Timestream, and nothing else, on a port of its own."""

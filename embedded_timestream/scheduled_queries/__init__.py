"""Scheduled queries: the calls on them, when they are due, and their runs."""

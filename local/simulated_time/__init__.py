"""Simulated time: days that pass in seconds, for code that knows nothing of it.

`clock` is the time that processes share, `process` lets an unmodified Python process live in it.
"""

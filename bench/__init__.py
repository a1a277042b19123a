"""Benchmarks: each prints its figures beside those of something known, from the same run."""

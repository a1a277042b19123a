"""Timestream SQL to DuckDB: parsed, bound to tables and types, and written anew."""

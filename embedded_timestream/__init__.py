"""Timestream for LiveAnalytics, embedded: what it stores, and the SQL that it answers.

README.md, beside this file, says what is where.
"""

__version__ = "0.1.0"

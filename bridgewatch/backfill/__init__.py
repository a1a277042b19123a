"""Importing history: from files, through a journal, into Timestream.

- `bridgewatch.backfill.files` reads files line by line.
- `bridgewatch.backfill.journal` keeps what they say, sorted, each observation once, and how far it
  has been sent, so that a killed backfill resumes where it was.
- `bridgewatch.backfill.sending` sends it.
"""

"""Timestream for the operator and for those who script: typed results, and writing in bulk.

- `bridgewatch.timestream.query.Query` runs any SQL and gives its rows, typed.
- `bridgewatch.timestream.writer.Writer` writes observations in bulk.

`lambdas.timestream` says how records look and what errors mean; here is only what the poller, which
writes a record a minute, does not need.
"""

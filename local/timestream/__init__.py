"""Timestream for LiveAnalytics, embedded: what it stores, and the SQL that it answers.

Writing: `limits` (the service's numbers), `errors` (its exceptions), `records` (what a call may
say), `schema` (columns), `store` (databases, tables, identity, versions, retention), `journal`
(what survives a kill). `moto_plug` serves both halves through moto.
"""

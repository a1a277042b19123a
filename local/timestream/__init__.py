"""Timestream for LiveAnalytics, embedded: what it stores, and the SQL that it answers.

Writing: `limits` (the service's numbers), `errors` (its exceptions), `records` (what a call may
say), `schema` (columns), `store` (databases, tables, identity, versions, retention), `journal`
(what survives a kill). `moto_plug` serves both halves through moto.

Querying, from the query string to the answer:
- `dialect/grammar` parses Timestream SQL with sqlglot; a tree says nothing yet of names or types;
- `dialect/queries` binds SELECT, FROM, joins, GROUP BY... to tables (`dialect/scope`: names), and
  `dialect/expressions` every expression (`dialect/operators`, `dialect/casts`): each gets a type of
  `sqltypes` and DuckDB SQL that means the same. What is not typed is refused;
- `functions/` holds one table per family of functions: a row is a signature and its DuckDB SQL.
  `functions/macros.sql` has what DuckDB lacks, `functions/python` what SQL computes badly;
- `statements` keeps a bound statement, ready to run at any time; `listings` is SHOW and DESCRIBE;
- `engine` is the query API: it runs statements, and hands out pages, tokens and errors;
- `wire` writes values and types as the API does.

To add a function: a row in its family's table (and a macro, if DuckDB has no equal), its row in
docs/timestream-sql.md, and its cases in tests/local/timestream/cases/FAMILY.sql.
"""

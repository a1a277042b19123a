"""Timestream for LiveAnalytics, embedded: what it stores, and the SQL that it answers.

Writing, from the request to the row:
- `store` makes one call at a time and loses nothing: `journal` is what survives a kill;
- `catalog` has the calls on databases, tables and tags, `control` their checks;
- `table` decides what a record is worth: `records` reads it, `retention` knows its store, `series`
  what tells it from others; `rows` is the only one that talks to DuckDB;
- `batch_load` reads files, `scheduled` runs queries (`run` is one of them), and `mapping` makes
  records of their rows;
- `schema` (columns), `errors` (the service's exceptions) and `limits` (its numbers) serve all;
- `moto_adapter` serves both halves through moto, and gives them its topics and buckets.

Querying, from the query string to the answer:
- `dialect/grammar` parses Timestream SQL with sqlglot; a tree says nothing yet of names or types;
- `dialect/queries` binds SELECT, FROM, joins, GROUP BY... to tables (`dialect/scope`: names), and
  `dialect/expressions` every expression (`dialect/operators`, `dialect/casts`): each gets a type of
  `sqltypes` and DuckDB SQL that means the same. What is not typed is refused;
- `functions/` holds one table per family of functions: a row is a signature and its DuckDB SQL.
  `functions/macros.sql` has what DuckDB lacks, `functions/python` what SQL computes badly;
- `statements` keeps a bound statement, ready to run at any time; `listings` is SHOW and DESCRIBE;
- `engine` is the query API: it runs statements, and hands out pages, tokens and errors;
  `metering` says what a query costs, `unload` writes its rows to S3;
- `wire` writes values and types as the API does.

To add a function: a row in its family's table (and a macro, if DuckDB has no equal), its row in
docs/timestream-sql.md, and its cases in tests/embedded_timestream/cases/FAMILY.sql.
"""

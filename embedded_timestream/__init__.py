"""Timestream for LiveAnalytics, embedded: what it stores, and the SQL that it answers.

Writing (`write/`), from the request to the row:
- `store` makes one call at a time and loses nothing: `journal` is what survives a kill;
- `catalog` has the calls on databases, tables and tags, `control` their checks;
- `table` decides what a record is worth: `records` reads it, `retention` knows its store, `series`
  what tells it from others; `rows` is the only one that talks to DuckDB;
- `batch_load` reads files, and `mapping` makes records of their rows and of a query's.

Querying (`query/`), from the query string to the answer:
- `engine` is the query API: it runs statements, and hands out pages and tokens; `failures` says
  why one failed;
- `compiler` binds a query string, `statements` keeps it, ready to run at any time; `listings` is
  SHOW and DESCRIBE;
- `metering` says what a query costs, `unload` writes its rows to S3 (`json_text`: nested values).

The language (`dialect/`), from the query string to DuckDB's SQL:
- `grammar` parses Timestream SQL with sqlglot; a tree says nothing yet of names or types;
- `queries` binds WITH, UNION and what else holds SELECTs, `blocks` one SELECT, `sources` its FROM
  (`unnest`: UNNEST), `ordering` ORDER BY and LIMIT; `scope` says which column a name means;
- `expressions` binds every expression: `columns`, `values`, `conditions`, `calls`,
  `special_functions` and `windows` have a function for each kind. Each gets a type of `sqltypes`
  and DuckDB SQL that means the same (`operators`, `casts`). What is not typed is refused;
- what they work with: `binding` is the statement, `binder` the clause, `bound` an expression when
  it is done. So no module imports one that imports it.

The functions (`functions/`): one table per family. A row is a signature and its DuckDB SQL;
`macros.sql` has what DuckDB lacks, `python` what SQL computes badly.

Scheduled queries (`scheduled_queries/`): `service` has the calls and runs them (`run` is one
run), `schedule_expression` says when.

For all of them: `schema` (columns), `sqltypes` (SQL's types), `wire` (values and types as the API
writes them), `errors` (the service's exceptions), `limits` (its numbers), `record_sizes` (what is
billed), `files` (what is replaced at once) and `clock`.

Serving: `service` is both APIs of one account and region, `operations` the names of their calls.
`moto_adapter` serves them through moto, and gives them its topics and buckets. DuckDB is loaded
with a service, sqlglot with the first query (`query/compiler`).

To add a function: a row in its family's table (and a macro, if DuckDB has no equal), its row in
docs/timestream-sql.md, and its cases in tests/embedded_timestream/cases/FAMILY.sql.
"""

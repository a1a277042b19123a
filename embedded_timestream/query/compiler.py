"""From a query string to a statement. What it imports loads sqlglot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from embedded_timestream.dialect.grammar import TOO_DEEP, ShowStatement, Unload, parse
from embedded_timestream.dialect.queries import Queries
from embedded_timestream.errors import ValidationException
from embedded_timestream.query.statements import Export, Listing, Select, Statement
from embedded_timestream.wire import readable

if TYPE_CHECKING:
    from embedded_timestream.dialect.scope import Catalog


def compile_statement(sql: str, catalog: Catalog) -> Statement:
    """Parse and bind a query string.

    :raises ValidationException: if it is not a statement of Timestream's, with the place.
    """
    tree = parse(sql)
    if isinstance(tree, ShowStatement):
        return _listing(tree)
    if isinstance(tree, exp.Describe):
        if not isinstance(tree.this, exp.Table):
            raise ValidationException("The query syntax is invalid: DESCRIBE takes a table")
        return Listing("COLUMNS", tree.this.db, tree.this.name)
    if isinstance(tree, Unload):
        return Export(
            _select(sql, tree.this, catalog),
            tree.args["to"].name,
            dict(_option(option) for option in tree.args.get("options") or []),
        )
    if not isinstance(tree, (exp.Query, exp.Values)):
        raise ValidationException("The query is not a SELECT, SHOW, DESCRIBE or UNLOAD statement")
    return _select(sql, tree, catalog)


def compile_constant(node: exp.Expr, type_: str, catalog: Catalog) -> Select:
    """Bind an expression without columns as the only column of a query.

    :param type_: what it is cast to.
    :raises ValidationException: if it means nothing, or cannot be cast.
    """
    tree = parse(f"SELECT CAST(1 AS {type_})")
    for literal in tree.find_all(exp.Literal):
        literal.replace(node.copy())
    return _select("", tree, catalog)


def _listing(tree: ShowStatement) -> Listing:
    source, like = tree.args.get("source"), tree.args.get("like")
    pattern = like.name if like is not None else None
    if isinstance(source, exp.Table) and tree.name == "MEASURES":
        return Listing("MEASURES", source.db, source.name, pattern)
    return Listing(tree.name, source.name if source is not None else None, like=pattern)


def _select(sql: str, tree: exp.Expr, catalog: Catalog) -> Select:
    queries = Queries(sql, catalog)
    try:
        output = queries.query(tree)
    except RecursionError:
        raise ValidationException(TOO_DEEP) from None
    columns = ", ".join(readable(f"c{i + 1}", f.type) for i, f in enumerate(output.fields))
    text = f"{queries.ctes()}SELECT {columns} FROM ({output.sql})"  # noqa: S608 - bound above
    return Select(text, output.fields, queries.tables, tuple(queries.scans.values()))


def _option(node: exp.Expr) -> tuple[str, str | list[str]]:
    value = node.expression
    if isinstance(value, exp.Array):
        return node.name.lower(), [element.name for element in value.expressions]
    return node.name.lower(), value.name

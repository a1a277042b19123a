"""Expressions: every one gets a type, and DuckDB SQL that means the same.

The rules are Trino's, where Timestream's documentation does not say otherwise. What has no rule
here is refused by name: DuckDB never sees anything that was not typed first.
"""

# ruff: noqa: S608 - the SQL is put together from what was bound, never from a query's own text

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from sqlglot import exp

from embedded_timestream.dialect import operators
from embedded_timestream.dialect.casts import cast, coerce
from embedded_timestream.dialect.grammar import TIMESTREAM
from embedded_timestream.dialect.intervals import MONTHS, NANOSECONDS
from embedded_timestream.dialect.scope import Field, Scope
from embedded_timestream.errors import ValidationException
from embedded_timestream.functions import FUNCTIONS
from embedded_timestream.functions.signature import (
    Bindings,
    Kind,
    Overload,
    describe,
    match,
    physical_bindings,
    substitute,
)
from embedded_timestream.sqltypes import (
    BIGINT,
    BOOLEAN,
    DATE,
    DAY_TO_SECOND,
    DOUBLE,
    INTEGER,
    TIME,
    TIMESTAMP,
    UNKNOWN,
    VARCHAR,
    YEAR_TO_MONTH,
    Type,
    array,
    coercion_cost,
    common_type,
    field_name,
    map_of,
    parse_type,
    physical,
    point,
    row,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from embedded_timestream.dialect.queries import Queries

NOW = "\0now\0"  # stands in the SQL for the query's time in nanoseconds
_INSIDE = "Aggregate argument"
_LAMBDA = "Lambda expression"
INTEGER_LIMIT = 2**31
BIGINT_LIMIT = 2**63


@dataclass(frozen=True, slots=True)
class Expression:
    """A bound expression: DuckDB SQL that can stand anywhere, and its column's `name`, if any."""

    sql: str
    type: Type
    name: str | None = None
    origin: tuple[str, str] | None = None


def quote_identifier(name: str) -> str:
    """Write a name for DuckDB."""
    return '"' + name.replace('"', '""') + '"'


def quote_string(text: str) -> str:
    """Write a string for DuckDB."""
    return "'" + text.replace("'", "''") + "'"


@dataclass
class Grouping:
    """What GROUP BY leaves an expression to use: the grouped expressions' SQL, and aggregates.

    :param loose: the columns met so far that are neither grouped nor inside an aggregate.
    """

    keys: set[str]
    loose: list[exp.Expr] = field(default_factory=list)


class Expressions:
    """Binds the expressions of one query block.

    :param queries: binds subqueries.
    :param scope: the columns that can be named.
    :param clause: the clause, for errors.
    :param aggregates: whether aggregate and window functions may stand here.
    """

    def __init__(  # noqa: PLR0913 - where an expression stands has this many sides
        self,
        queries: Queries,
        scope: Scope,
        *,
        clause: str = "SELECT",
        aggregates: bool = False,
        grouping: Grouping | None = None,
        windows: dict[str, exp.Expr] | None = None,
    ) -> None:
        self._queries = queries
        self._scope = scope
        self._clause = clause
        self._aggregates = aggregates
        self._windows_allowed = aggregates
        self._grouping = grouping
        self._named_windows = windows or {}
        self._lambdas: list[dict[str, Expression]] = []

    # Entry points

    def bind(self, node: exp.Expr | None) -> Expression:
        """Bind one expression.

        :param node: None where sqlglot puts up with an expression that is missing.
        :raises ValidationException: if it means nothing in Timestream, or is not supported here.
        """
        if node is None:
            raise ValidationException(f"{self._clause} clause: an expression is missing")
        binder = self._BINDERS.get(type(node))
        if binder is None:
            raise self.error(
                node,
                f"{self._queries.source(node)} is not supported by this embedded Timestream",
            )
        if self._grouping is None:
            return binder(self, node)
        mark = len(self._grouping.loose)
        bound = binder(self, node)
        if bound.sql in self._grouping.keys:
            del self._grouping.loose[mark:]
        return bound

    def bind_as(self, node: exp.Expr | None, type_: Type, what: str) -> str:
        """Bind an expression that must be of a type; return its SQL.

        :param what: what the expression is, for the error.
        """
        bound = self.bind(node)
        if node is not None and bound.type not in (type_, UNKNOWN):
            raise self.error(node, f"{what} must evaluate to a {type_}: actual type {bound.type}")
        return bound.sql

    def error(self, node: exp.Expr, message: str) -> ValidationException:
        """Make an exception that tells where an expression stands."""
        return ValidationException(f"{self._queries.locate(node)}: {message}")

    @staticmethod
    def describe(node: exp.Expr) -> str:
        """Write an expression, for an error."""
        return node.sql(dialect=TIMESTREAM, normalize_functions=False)

    @property
    def _place(self) -> str:
        return self._clause if self._clause == _LAMBDA else f"{self._clause} clause"

    # Columns

    def _column(self, node: exp.Column) -> Expression:
        return self._name([part for part in node.parts if isinstance(part, exp.Identifier)], node)

    def _identifier(self, node: exp.Identifier) -> Expression:
        return self._name([node], node)

    def _name(self, parts: Sequence[exp.Identifier], node: exp.Expr) -> Expression:
        names = tuple(part.name for part in parts)
        for parameters in reversed(self._lambdas):
            if names[0].lower() in parameters:
                return self._fields(parameters[names[0].lower()], names[1:], node)
        scope: Scope | None = self._scope
        while scope is not None:
            for qualifier in range(min(2, len(names) - 1), -1, -1):
                found = scope.find(names[:qualifier], names[qualifier])
                if len(found) > 1:
                    raise self.error(node, f"Column '{'.'.join(names)}' is ambiguous")
                if found:
                    if self._grouping is not None and scope is self._scope:
                        self._grouping.loose.append(node)
                    return self._fields(_read(found[0]), names[qualifier + 1 :], node)
            scope = scope.outer
        raise self.error(node, f"Column '{'.'.join(names)}' does not exist")

    def _fields(self, base: Expression, names: Sequence[str], node: exp.Expr) -> Expression:
        for name in names:
            labels = [label.lower() if label else None for label in base.type.labels]
            if base.type.name != "row" or name.lower() not in labels:
                raise self.error(node, f"Column '{self.describe(node)}' does not exist")
            index = labels.index(name.lower())
            base = Expression(
                f"({base.sql}).{field_name(index)}", base.type.parts[index], base.type.labels[index]
            )
        return base

    def _dot(self, node: exp.Dot) -> Expression:
        base = self.bind(node.this)
        if not isinstance(node.expression, exp.Identifier):
            raise self.error(node, f"'{self.describe(node)}' is not supported")
        return self._fields(base, [node.expression.name], node)

    # Literals

    def _literal(self, node: exp.Literal) -> Expression:
        text = node.this
        if node.is_string:
            return Expression(quote_string(text), VARCHAR)
        if text.isdigit():
            value = int(text)
            if value < INTEGER_LIMIT:
                return Expression(text, INTEGER)
            if value < BIGINT_LIMIT:
                return Expression(f"CAST({text} AS BIGINT)", BIGINT)
            raise self.error(node, f"Invalid numeric literal: {text}")
        return Expression(f"CAST({text} AS DOUBLE)", DOUBLE)

    def _null(self, _: exp.Null) -> Expression:
        return Expression("NULL", UNKNOWN)

    def _boolean(self, node: exp.Boolean) -> Expression:
        return Expression("TRUE" if node.this else "FALSE", BOOLEAN)

    def _interval(self, node: exp.Interval) -> Expression:
        unit = node.args.get("unit")
        value = node.this
        if unit is None or value is None or not value.is_string:
            raise self.error(node, "An interval is written as INTERVAL 'value' unit, or 15m")
        if isinstance(unit, exp.IntervalSpan):
            raise self.error(node, f"INTERVAL ... {unit.sql()} is not supported")
        name, sign = unit.name.lower().removesuffix("s"), 1
        text = value.this
        if text.startswith(("-", "+")):
            text, sign = text[1:], -1 if text[0] == "-" else 1
        if not text.isdigit() or (name not in NANOSECONDS and name not in MONTHS):
            raise self.error(node, f"Invalid INTERVAL literal: {value.this} {name}")
        scale = NANOSECONDS.get(name) or MONTHS[name]
        type_ = DAY_TO_SECOND if name in NANOSECONDS else YEAR_TO_MONTH
        amount = sign * int(text) * scale
        if abs(amount) >= BIGINT_LIMIT:
            raise self.error(node, f"Invalid INTERVAL literal: {value.this} {name}")
        return Expression(f"CAST({amount} AS BIGINT)", type_)

    def _now(self, node: exp.Expr) -> Expression:
        now = Expression(f"make_timestamp_ns({NOW})", TIMESTAMP)
        if isinstance(node, exp.CurrentDate):
            return Expression(f"date_of({now.sql})", DATE)
        if isinstance(node, (exp.CurrentTime, exp.Localtime)):
            return Expression(f"nanoseconds_of_day({now.sql})", TIME)
        return now

    def _array(self, node: exp.Array) -> Expression:
        elements = [self.bind(element) for element in node.expressions]
        type_ = self._common(elements, node.expressions, "All ARRAY elements must be the same type")
        parts = ", ".join(coerce(element, type_) for element in elements)
        return Expression(f"CAST([{parts}] AS {physical(array(type_))})", array(type_))

    def row_of(self, values: Sequence[Expression]) -> Expression:
        """Build a row without field names."""
        fields = ", ".join(f"{field_name(i)} := {v.sql}" for i, v in enumerate(values))
        return Expression(f"struct_pack({fields})", row(*(v.type for v in values)))

    def _tuple(self, node: exp.Tuple) -> Expression:
        return self.row_of([self.bind(value) for value in node.expressions])

    def _common(
        self, values: Sequence[Expression], nodes: Sequence[exp.Expr], message: str
    ) -> Type:
        type_ = UNKNOWN
        for value, node in zip(values, nodes, strict=True):
            both = common_type(type_, value.type)
            if both is None:
                raise self.error(node, f"{message}: {type_}, {value.type}")
            type_ = both
        return type_

    # Operators

    def _paren(self, node: exp.Paren) -> Expression:
        inner = self.bind(node.this)
        return Expression(inner.sql, inner.type)

    def _arithmetic(self, node: exp.Binary) -> Expression:
        left, right = self.bind(node.this), self.bind(node.expression)
        symbol = operators.SYMBOLS[type(node)]
        result = operators.arithmetic(symbol, (left.sql, left.type), (right.sql, right.type))
        if result is None:
            raise self._cannot_apply(node, symbol, left.type, right.type)
        return Expression(*result)

    def _cannot_apply(self, node: exp.Expr, symbol: str, *types: Type) -> ValidationException:
        where = self._queries.locate_operator(node, symbol)
        return ValidationException(
            f"{where}: '{symbol}' cannot be applied to {', '.join(map(str, types))}"
        )

    def _negative(self, node: exp.Neg) -> Expression:
        if isinstance(node.this, exp.Literal) and node.this.this == str(BIGINT_LIMIT):
            return Expression(f"CAST(-{BIGINT_LIMIT} AS BIGINT)", BIGINT)
        value = self.bind(node.this)
        if value.type not in (INTEGER, BIGINT, DOUBLE, DAY_TO_SECOND, YEAR_TO_MONTH, UNKNOWN):
            raise self._cannot_apply(node, "-", value.type)
        return Expression(f"(-{value.sql})", value.type)

    def _comparison(self, node: exp.Binary) -> Expression:
        symbol = operators.SYMBOLS[type(node)]
        if isinstance(node.expression, (exp.Any, exp.All)):
            return self._quantified(node, symbol)
        left, right = self.bind(node.this), self.bind(node.expression)
        return self._compare(node, symbol, left, right)

    def _compare(
        self, node: exp.Expr, symbol: str, left: Expression, right: Expression
    ) -> Expression:
        type_ = common_type(left.type, right.type)
        if type_ is None or not operators.comparable(symbol, type_):
            raise self._cannot_apply(node, symbol, left.type, right.type)
        values = coerce(left, type_), coerce(right, type_)
        if symbol in {"=", "<>"} and type_.name in {"array", "row"}:
            negate = "NOT " if symbol == "<>" else ""
            return Expression(f"({negate}{operators.equality(*values, type_)})", BOOLEAN)
        return Expression(f"({values[0]} {symbol} {values[1]})", BOOLEAN)

    def _quantified(self, node: exp.Binary, symbol: str) -> Expression:
        left = self.bind(node.this)
        quantifier = "ANY" if isinstance(node.expression, exp.Any) else "ALL"
        query = node.expression.this
        query = query.this if isinstance(query, exp.Subquery) else query
        sql, type_ = self._single_column(query, node)
        both = common_type(left.type, type_)
        if both is None:
            raise self._cannot_apply(node, symbol, left.type, type_)
        value = coerce(Expression("c1", type_), both)
        return Expression(
            f"({coerce(left, both)} {symbol} {quantifier} (SELECT {value} FROM ({sql})))", BOOLEAN
        )

    def _logical(self, node: exp.Binary) -> Expression:
        symbol, decided = ("AND", "FALSE") if isinstance(node, exp.And) else ("OR", "TRUE")
        operands: list[str] = []  # flat, so that a long condition does not nest as deep
        for operand in node.flatten(unnest=False):
            what = f"Logical expression term {self.describe(operand)}"
            sql = self.bind_as(operand, BOOLEAN, what)
            if operands and _can_fail(operand):
                # Not where those before it decide: DuckDB may ask in any order.
                before = f" {symbol} ".join(operands)
                sql = f"(CASE WHEN ({before}) IS {decided} THEN {decided} ELSE {sql} END)"
            operands.append(sql)
        return Expression(f"({f' {symbol} '.join(operands)})", BOOLEAN)

    def _not(self, node: exp.Not) -> Expression:
        return Expression(
            f"(NOT {self.bind_as(node.this, BOOLEAN, 'Value of logical NOT expression')})", BOOLEAN
        )

    def _is(self, node: exp.Is) -> Expression:
        if not isinstance(node.expression, exp.Null):
            raise self.error(node, f"'{self.describe(node)}' is not supported: only IS [NOT] NULL")
        negate = "NOT " if node.args.get("negate") else ""
        return Expression(f"({self.bind(node.this).sql} IS {negate}NULL)", BOOLEAN)

    def _distinct_from(self, node: exp.Binary) -> Expression:
        left, right = self.bind(node.this), self.bind(node.expression)
        symbol = "IS DISTINCT FROM"
        if isinstance(node, exp.NullSafeEQ):
            symbol = "IS NOT DISTINCT FROM"
        return self._compare(node, symbol, left, right)

    def _between(self, node: exp.Between) -> Expression:
        value = self.bind(node.this)
        low, high = self.bind(node.args["low"]), self.bind(node.args["high"])
        type_ = common_type(value.type, low.type)
        type_ = type_ and common_type(type_, high.type)
        if type_ is None or not operators.comparable("<", type_):
            raise self.error(
                node, f"Cannot check if {value.type} is BETWEEN {low.type} and {high.type}"
            )
        parts = [coerce(part, type_) for part in (value, low, high)]
        return Expression("({} BETWEEN {} AND {})".format(*parts), BOOLEAN)

    def _in(self, node: exp.In) -> Expression:
        value = self.bind(node.this)
        query = node.args.get("query")
        if len(node.expressions) == 1 and isinstance(node.expressions[0], exp.Values):
            query = node.expressions[0]
        if query is not None:
            query = query.this if isinstance(query, exp.Subquery) else query
            sql, type_ = self._single_column(query, node)
            both = common_type(value.type, type_)
            if both is None:
                raise self.error(
                    node,
                    "Value expression and result of subquery must be of the same type: "
                    f"{value.type} vs {type_}",
                )
            column = coerce(Expression("c1", type_), both)
            return Expression(f"({coerce(value, both)} IN (SELECT {column} FROM ({sql})))", BOOLEAN)
        if not node.expressions:
            raise self.error(node, f"'{self.describe(node)}' is not supported")
        items = [self.bind(item) for item in node.expressions]
        type_ = self._common(
            [value, *items],
            [node.this, *node.expressions],
            "IN value and list items must be the same type",
        )
        parts = ", ".join(coerce(item, type_) for item in items)
        return Expression(f"({coerce(value, type_)} IN ({parts}))", BOOLEAN)

    def _like(self, node: exp.Like, escape: str = "") -> Expression:
        value = self.bind_as(node.this, VARCHAR, "Left side of LIKE expression")
        pattern = self.bind_as(node.expression, VARCHAR, "Pattern for LIKE expression")
        negate = "NOT " if node.args.get("negate") else ""
        return Expression(f"({value} {negate}LIKE {pattern}{escape})", BOOLEAN)

    def _escape(self, node: exp.Escape) -> Expression:
        if not isinstance(node.this, exp.Like):
            raise self.error(node, f"'{self.describe(node)}' is not supported")
        escape = self.bind_as(node.expression, VARCHAR, "Escape for LIKE expression")
        if isinstance(node.expression, exp.Literal) and len(node.expression.name) != 1:
            raise self.error(node.expression, "Escape string must be a single character")
        return self._like(node.this, f" ESCAPE {escape}")

    def _concatenate(self, node: exp.DPipe) -> Expression:
        return self.call("concat", node, [node.this, node.expression])

    def _bracket(self, node: exp.Bracket) -> Expression:
        base = self.bind(node.this)
        if len(node.expressions) != 1 or isinstance(node.expressions[0], exp.Slice):
            raise self.error(node, f"'{self.describe(node)}' is not supported")
        index = self.bind(node.expressions[0])
        if base.type.name == "timeseries":
            base = Expression(base.sql, array(point(base.type.parts[0])))
        if base.type.name == "array" and index.type in (INTEGER, BIGINT):
            return Expression(f"array_subscript({base.sql}, {index.sql})", base.type.parts[0])
        if base.type.name == "map":
            both = common_type(base.type.parts[0], index.type)
            if both == base.type.parts[0]:
                return Expression(
                    f"map_subscript({base.sql}, {coerce(index, both)})", base.type.parts[1]
                )
        if base.type.name == "row" and isinstance(node.expressions[0], exp.Literal):
            number = int(node.expressions[0].this) if index.type == INTEGER else 0
            if not 1 <= number <= len(base.type.parts):
                raise self.error(node, f"Invalid subscript index: {number}")
            return Expression(f"({base.sql}).{field_name(number - 1)}", base.type.parts[number - 1])
        raise self._cannot_apply(node, "[]", base.type, index.type)

    # Conditional expressions

    def _case(self, node: exp.Case) -> Expression:
        branches = node.args["ifs"]
        if node.this is not None:
            operand = self.bind(node.this)
            conditions = [
                self._compare(branch, "=", operand, self.bind(branch.this)).sql
                for branch in branches
            ]
        else:
            conditions = [
                self.bind_as(branch.this, BOOLEAN, "CASE WHEN clause") for branch in branches
            ]
        nodes = [branch.args["true"] for branch in branches]
        default = node.args.get("default")
        if default is not None:
            nodes.append(default)
        results = [self.bind(result) for result in nodes]
        type_ = self._common(results, nodes, "All CASE results must be the same type")
        parts = [
            f"WHEN {condition} THEN {coerce(result, type_)}"
            for condition, result in zip(conditions, results, strict=False)
        ]
        if default is not None:
            parts.append(f"ELSE {coerce(results[-1], type_)}")
        return Expression(f"(CASE {' '.join(parts)} END)", type_)

    def _cast(self, node: exp.Cast) -> Expression:
        value = self.bind(node.this)
        target = self.type_of(node.args["to"], node)
        bound = cast(value, target, safe=isinstance(node, exp.TryCast))
        if bound is None:
            raise self.error(node, f"Cannot cast {value.type} to {target}")
        length = node.args["to"].find(exp.DataTypeParam)
        if target == VARCHAR and length is not None:
            return Expression(f"left({bound.sql}, {int(length.name)})", VARCHAR)
        return bound

    def type_of(self, node: exp.Expr, at: exp.Expr) -> Type:
        """Read the type that CAST names."""
        text = node.sql(dialect=TIMESTREAM)
        try:
            return parse_type(text)
        except ValueError:
            raise self.error(at, f"Unknown type: {text.lower()}") from None

    def _extract(self, node: exp.Extract) -> Expression:
        part = node.this.name.lower()
        functions = {"dow": "day_of_week", "doy": "day_of_year", "yow": "year_of_week"}
        return self.call(functions.get(part, part), node, [node.expression])

    # Subqueries

    def _single_column(self, query: exp.Expr, node: exp.Expr) -> tuple[str, Type]:
        output = self._queries.query(query, Scope(outer=self._scope, ctes=self._scope.ctes))
        if len(output.fields) != 1:
            raise self.error(
                node,
                "Multiple columns returned by subquery are not yet supported. "
                f"Found {len(output.fields)}",
            )
        return output.sql, output.fields[0].type

    def _subquery(self, node: exp.Subquery) -> Expression:
        sql, type_ = self._single_column(node, node)
        return Expression(f"({sql})", type_)

    def _exists(self, node: exp.Exists) -> Expression:
        query = node.this.this if isinstance(node.this, exp.Subquery) else node.this
        output = self._queries.query(query, Scope(outer=self._scope, ctes=self._scope.ctes))
        return Expression(f"(EXISTS ({output.sql}))", BOOLEAN)

    # Functions

    def _anonymous(self, node: exp.Anonymous) -> Expression:
        return self.call(node.name, node, node.expressions)

    def _filter(self, node: exp.Filter) -> Expression:
        return self.call(
            node.this.name, node.this, node.this.expressions, condition=node.expression.this
        )

    def _window(self, node: exp.Window) -> Expression:
        call, condition, ignore_nulls = node.this, None, False
        while not isinstance(call, exp.Anonymous):
            if isinstance(call, exp.Filter):
                condition = call.expression.this
            elif isinstance(call, exp.IgnoreNulls):
                ignore_nulls = True
            elif not isinstance(call, exp.RespectNulls):
                raise self.error(node, f"{self.describe(node)} is not supported")
            call = call.this
        if not self._windows_allowed:
            raise self.error(node, f"{self._place} cannot contain window functions")
        return self.call(
            call.name, call, call.expressions,
            condition=condition, over=self._over(node), ignore_nulls=ignore_nulls,
        )  # fmt: skip

    def _over(self, node: exp.Window) -> str:
        alias = node.args.get("alias")
        if alias is not None and (node.args.get("order") or node.args.get("spec")):
            raise self.error(
                node, "A named window with more to it is not supported by this embedded Timestream"
            )
        if alias is not None and node.args.get("over") and not node.args.get("partition_by"):
            named = self._named_windows.get(alias.name.lower())
            if not isinstance(named, exp.Window):
                raise self.error(alias, f"Cannot resolve WINDOW name {alias.name}")
            return self._over(named)
        self._windows_allowed, allowed = False, self._windows_allowed
        try:
            parts = []
            if node.args.get("partition_by"):
                keys = ", ".join(self.bind(key).sql for key in node.args["partition_by"])
                parts.append(f"PARTITION BY {keys}")
            order, spec = node.args.get("order"), node.args.get("spec")
            distances = spec is not None and _has_distances(spec)
            if order is not None:
                read = (lambda key: self._ruler(key)[0]) if distances else None
                parts.append(self.order_by(order.expressions, read))
            if spec is not None:
                parts.append(self._frame(spec, order if distances else None))
        finally:
            self._windows_allowed = allowed
        return f" OVER ({' '.join(parts)})"

    def _frame(self, spec: exp.Expr, order: exp.Expr | None) -> str:
        """Write a frame.

        :param order: what the distances of a RANGE frame are measured along.
        """
        kind = spec.args.get("kind", "").upper()
        if kind not in {"ROWS", "RANGE"} or spec.args.get("exclude"):
            raise self.error(spec, f"A {kind} frame is not supported by this embedded Timestream")
        bounds = []
        for side in ("start", "end"):
            bound = spec.args.get(side)
            direction = (spec.args.get(f"{side}_side") or "").upper()
            if isinstance(bound, exp.Expr):
                distance = self._distance(bound, kind, order)
                bounds.append(f"frame_distance({distance}) {direction}")
            elif bound:
                bounds.append(f"{str(bound).upper()} {direction}".strip())
            else:
                bounds.append("CURRENT ROW")
        wrong = _impossible(*(bound.rpartition(") ")[2] for bound in bounds))
        if wrong:
            raise self.error(spec, f"Window frame {wrong}")
        return f"{kind} BETWEEN {bounds[0]} AND {bounds[1]}"

    def _distance(self, node: exp.Expr, kind: str, order: exp.Expr | None) -> str:
        """Bind how far a bound of a frame is: rows, or what its order is measured in."""
        bound = self.bind(node)
        if kind == "ROWS":
            if bound.type not in {INTEGER, BIGINT}:
                raise self.error(
                    node, f"Window frame ROWS offset must be a whole number, not {bound.type}"
                )
            return bound.sql
        if order is None or len(order.expressions) != 1:
            raise self.error(
                node,
                "Window frame of type RANGE PRECEDING or FOLLOWING requires one sort item in "
                "ORDER BY",
            )
        key = order.expressions[0].this
        _, unit = self._ruler(key)
        cost = coercion_cost(bound.type, unit)
        if cost is None:
            raise self.error(
                node, f"Window frame RANGE offset must be of type {unit}, not {bound.type}"
            )
        return coerce(bound, unit)

    def _ruler(self, node: exp.Expr) -> tuple[str, Type]:
        """Return a sort key as a number, and the type of a distance along it."""
        key = self.bind(node)
        if key.type in {DATE, TIMESTAMP}:
            return f"epoch_ns({coerce(key, TIMESTAMP)})", DAY_TO_SECOND
        if key.type == TIME:
            return key.sql, DAY_TO_SECOND
        if key.type in {BIGINT, DOUBLE, DAY_TO_SECOND, YEAR_TO_MONTH}:
            return key.sql, key.type
        if key.type == INTEGER:
            return coerce(key, BIGINT), BIGINT
        raise self.error(
            node, f"Window frame of type RANGE PRECEDING or FOLLOWING cannot measure {key.type}"
        )

    def order_by(
        self, nodes: Iterable[exp.Expr], sql: Callable[[exp.Expr], str] | None = None
    ) -> str:
        """Write ORDER BY: nulls last, whatever the direction, unless it says so.

        :param sql: how an item's expression is bound.
        """
        items = []
        for node in nodes:
            if not isinstance(node, exp.Ordered) or node.args.get("with_fill"):
                raise self.error(node, f"ORDER BY {self.describe(node)} is not supported")
            item = sql(node.this) if sql else self.bind(node.this).sql
            if node.find(exp.Column) is None and not item.isdigit():
                item = f"coalesce({item})"  # DuckDB takes a constant for a place or a mistake
            direction = "DESC" if node.args.get("desc") else "ASC"
            nulls = "FIRST" if node.args.get("nulls_first") else "LAST"
            items.append(f"{item} {direction} NULLS {nulls}")
        return f"ORDER BY {', '.join(items)}"

    def call(  # noqa: PLR0913 - a call is made of this many parts
        self,
        name: str,
        node: exp.Expr,
        arguments: Sequence[exp.Expr],
        *,
        condition: exp.Expr | None = None,
        over: str | None = None,
        ignore_nulls: bool = False,
    ) -> Expression:
        """Bind the call of a function.

        :param condition: of FILTER (WHERE ...).
        :param over: a bound OVER clause: the function is a window function.
        """
        name = name.lower()
        special = self._SPECIAL.get(name)
        if special is not None:
            return special(self, node, arguments)
        overloads = FUNCTIONS.get(name)
        if overloads is None:
            raise self.error(node, f"Function {name} not registered")
        kind = overloads[0].kind
        if kind is Kind.WINDOW and over is None:
            raise self.error(node, f"Window function {name} requires an OVER clause")
        if kind is Kind.SCALAR and (over is not None or condition is not None):
            raise self.error(node, f"{name} is not an aggregate or window function")
        if kind is not Kind.AGGREGATE or over is not None:
            return self._apply(name, overloads, node, arguments, condition, over, ignore_nulls)
        if self._clause == _INSIDE:
            raise self.error(
                node, f"Cannot nest aggregations inside aggregation: [{self.describe(node)}]"
            )
        if not self._aggregates:
            raise self.error(
                node,
                f"{self._place} cannot contain aggregations, window functions or "
                f"grouping operations: [{self.describe(node)}]",
            )
        mark = len(self._grouping.loose) if self._grouping else 0
        self._aggregates, self._windows_allowed = False, False
        self._clause, clause = _INSIDE, self._clause
        try:
            bound = self._apply(name, overloads, node, arguments, condition, None, ignore_nulls)
        finally:
            self._aggregates, self._windows_allowed, self._clause = True, True, clause
        if self._grouping:
            del self._grouping.loose[mark:]
        return bound

    def _apply(  # noqa: PLR0913, PLR0917 - as call()
        self,
        name: str,
        overloads: list[Overload],
        node: exp.Expr,
        arguments: Sequence[exp.Expr],
        condition: exp.Expr | None,
        over: str | None,
        ignore_nulls: bool,  # noqa: FBT001
    ) -> Expression:
        arguments, distinct, order = self._modifiers(arguments)
        if name == "count" and len(arguments) == 1 and isinstance(arguments[0], exp.Star):
            arguments = []
        bound = [
            None if isinstance(argument, exp.Lambda) else self.bind(argument)
            for argument in arguments
        ]
        overload, bindings = self._resolve(name, overloads, node, bound)
        # Lambdas first: what they answer can say of what type the other arguments have to be.
        lambdas = {
            index: self._lambda(argument, overload.parameter(index), bindings, overload.reads)
            for index, argument in enumerate(arguments)
            if isinstance(argument, exp.Lambda)
        }
        sql = [
            lambdas[index]
            if value is None
            else coerce(value, substitute(overload.parameter(index), bindings))
            for index, value in enumerate(bound)
        ]
        extra = {"distinct": "DISTINCT " if distinct else "", "order": "", "over": ""}
        if order is not None:
            extra["order"] = f" {self.order_by(order)}"
        for word, used in (("distinct", distinct), ("order", order is not None)):
            if used and f"{{{word}}}" not in overload.sql:
                raise self.error(node, f"{word.upper()} is not supported in {name}")
        if condition is not None:
            extra["over"] = (
                f" FILTER (WHERE {self.bind_as(condition, BOOLEAN, 'FILTER expression')})"
            )
        extra["over"] += over or ""
        if ignore_nulls and "{nulls}" not in overload.sql:
            raise self.error(node, f"IGNORE NULLS is not supported in {name}")
        extra["nulls"] = " IGNORE NULLS" if ignore_nulls else ""
        if overload.reads:
            extra["body"] = sql[-1]
            extra["p"] = f"p{len(self._lambdas)}"
        extra["joined"] = " || ".join(sql)
        return Expression(
            overload.sql.format(
                *sql, args=", ".join(sql), now=NOW, **extra, **physical_bindings(bindings)
            ),
            substitute(overload.result, bindings),
        )

    def _modifiers(
        self, arguments: Sequence[exp.Expr]
    ) -> tuple[list[exp.Expr], bool, list[exp.Expr] | None]:
        """Take DISTINCT and ORDER BY, which sqlglot hangs on an argument, off the arguments."""
        plain, distinct, order = list(arguments), False, None
        if plain and isinstance(plain[-1], exp.Order):
            order = plain[-1].expressions
            if plain[-1].this is None:
                plain.pop()
            else:
                plain[-1] = plain[-1].this
        if len(plain) == 1 and isinstance(plain[0], exp.Distinct):
            distinct = True
            plain = list(plain[0].expressions)
        return plain, distinct, order

    def _resolve(
        self,
        name: str,
        overloads: list[Overload],
        node: exp.Expr,
        arguments: Sequence[Expression | None],
    ) -> tuple[Overload, Bindings]:
        best: tuple[int, Overload, Bindings] | None = None
        for overload in overloads:
            if not overload.accepts(len(arguments)):
                continue
            bindings: Bindings = {}
            total = 0
            for index, argument in enumerate(arguments):
                parameter = overload.parameter(index)
                if (argument is None) != (parameter.name == "function"):
                    break
                cost = 0 if argument is None else match(parameter, argument.type, bindings)
                if cost is None:
                    break
                total += cost
            else:
                if best is None or total < best[0]:
                    best = total, overload, bindings
        if best is None:
            given = ", ".join("function" if a is None else str(a.type) for a in arguments)
            raise self.error(
                node,
                f"Unexpected parameters ({given}) for function {name}. "
                f"Expected: {describe(name, overloads)}",
            )
        return best[1], best[2]

    def _lambda(
        self,
        node: exp.Expr,
        parameter: Type,
        bindings: Bindings,
        reads: tuple[str, ...],
    ) -> str:
        """Bind a lambda; return it, or only its body if the function's SQL says how it is read."""
        *arguments, result = parameter.parts
        if len(node.expressions) != len(arguments):
            raise self.error(
                node,
                f"Expected a lambda that takes {len(arguments)} argument(s) "
                f"but got {len(node.expressions)}",
            )
        names = [f"p{len(self._lambdas)}_{i}" for i in range(len(arguments))]
        whole = f"p{len(self._lambdas)}"
        if reads:
            names = [read.format(p=whole) for read in reads]
        types = [substitute(argument, bindings) for argument in arguments]
        self._lambdas.append(
            {
                identifier.name.lower(): Expression(name, type_)
                for identifier, name, type_ in zip(node.expressions, names, types, strict=True)
            }
        )
        self._aggregates, outside = False, (self._aggregates, self._windows_allowed, self._clause)
        self._windows_allowed, self._clause = False, _LAMBDA
        body = self.bind(node.this)
        self._aggregates, self._windows_allowed, self._clause = outside
        self._lambdas.pop()
        if match(result, body.type, bindings) is None:
            raise self.error(
                node, f"Lambda must answer {substitute(result, bindings)}, not {body.type}"
            )
        if types != [substitute(argument, bindings) for argument in arguments]:
            # The answer is wider than the state it starts from: reduce(x, 0, (s, e) -> s + 0.5...).
            return self._lambda(node, parameter, bindings, reads)
        sql = coerce(body, substitute(result, bindings))
        return sql if reads else f"lambda {', '.join(names)}: {sql}"

    # Functions that take more than values

    def _row(self, _: exp.Expr, arguments: Sequence[exp.Expr]) -> Expression:
        return self.row_of([self.bind(argument) for argument in arguments])

    def _if(self, node: exp.Expr, arguments: Sequence[exp.Expr]) -> Expression:
        if len(arguments) not in (2, 3):
            raise self.error(node, "IF takes a condition and one or two values")
        condition = self.bind_as(arguments[0], BOOLEAN, "IF condition")
        values = [self.bind(value) for value in arguments[1:]]
        type_ = self._common(values, arguments[1:], "Result types for IF must be the same")
        parts = [coerce(value, type_) for value in values]
        default = f" ELSE {parts[1]}" if len(parts) > 1 else ""
        return Expression(f"(CASE WHEN {condition} THEN {parts[0]}{default} END)", type_)

    def _try(self, node: exp.Expr, arguments: Sequence[exp.Expr]) -> Expression:
        if len(arguments) != 1:
            raise self.error(node, "TRY takes one expression")
        value = self.bind(arguments[0])
        return Expression(f"TRY({value.sql})", value.type)

    def _typeof(self, node: exp.Expr, arguments: Sequence[exp.Expr]) -> Expression:
        if len(arguments) != 1:
            raise self.error(node, "typeof takes one expression")
        value = self.bind(arguments[0])
        name = quote_string(str(value.type))
        # The value stays in the SQL: an aggregate makes its block one that groups.
        return Expression(f"(CASE WHEN {value.sql} IS NULL THEN {name} ELSE {name} END)", VARCHAR)

    def _grouping_of(self, node: exp.Expr, arguments: Sequence[exp.Expr]) -> Expression:
        if self._grouping is None:
            raise self.error(node, "A GROUPING() operation can only be used with GROUP BY")
        keys = [self.bind(argument).sql for argument in arguments]
        return Expression(f"GROUPING({', '.join(keys)})", BIGINT)

    def _array_join(self, node: exp.Expr, arguments: Sequence[exp.Expr]) -> Expression:
        if len(arguments) not in (2, 3):
            raise self.error(node, "array_join takes an array, a delimiter and a word for NULL")
        values, *texts = (self.bind(argument) for argument in arguments)
        words = cast(values, array(VARCHAR))
        if words is None or any(text.type != VARCHAR for text in texts):
            types = ", ".join(str(part.type) for part in (values, *texts))
            raise self.error(node, f"Unexpected parameters ({types}) for function array_join")
        if len(texts) > 1:
            kept = f"list_transform({words.sql}, lambda e: coalesce(e, {texts[1].sql}))"
        else:
            kept = f"list_filter({words.sql}, lambda e: e IS NOT NULL)"
        return Expression(f"array_to_string({kept}, {texts[0].sql})", VARCHAR)

    def _map(self, node: exp.Expr, arguments: Sequence[exp.Expr]) -> Expression:
        if not arguments:
            return Expression("MAP()", map_of(UNKNOWN, UNKNOWN))
        return self._apply("map", FUNCTIONS["map"], node, arguments, None, None, False)  # noqa: FBT003

    _SPECIAL: ClassVar[dict[str, Callable[..., Expression]]] = {
        "array_join": _array_join,
        "grouping": _grouping_of,
        "if": _if,
        "map": _map,
        "row": _row,
        "try": _try,
        "typeof": _typeof,
    }

    def _map_node(self, node: exp.Map) -> Expression:
        parts = [node.args.get("keys"), node.args.get("values")]
        return self._map(node, [part for part in parts if part is not None])

    _BINDERS: ClassVar[dict[type[exp.Expr], Callable[..., Expression]]] = {
        exp.Add: _arithmetic,
        exp.And: _logical,
        exp.Anonymous: _anonymous,
        exp.Array: _array,
        exp.Between: _between,
        exp.Boolean: _boolean,
        exp.Bracket: _bracket,
        exp.Case: _case,
        exp.Cast: _cast,
        exp.Column: _column,
        exp.CurrentDate: _now,
        exp.CurrentTime: _now,
        exp.CurrentTimestamp: _now,
        exp.DPipe: _concatenate,
        exp.Div: _arithmetic,
        exp.Dot: _dot,
        exp.EQ: _comparison,
        exp.Escape: _escape,
        exp.Exists: _exists,
        exp.Extract: _extract,
        exp.Filter: _filter,
        exp.GT: _comparison,
        exp.GTE: _comparison,
        exp.Identifier: _identifier,
        exp.In: _in,
        exp.Interval: _interval,
        exp.Is: _is,
        exp.LT: _comparison,
        exp.LTE: _comparison,
        exp.Like: _like,
        exp.Literal: _literal,
        exp.Localtime: _now,
        exp.Localtimestamp: _now,
        exp.Map: _map_node,
        exp.Mod: _arithmetic,
        exp.Mul: _arithmetic,
        exp.NEQ: _comparison,
        exp.Neg: _negative,
        exp.Not: _not,
        exp.Null: _null,
        exp.NullSafeEQ: _distinct_from,
        exp.NullSafeNEQ: _distinct_from,
        exp.Or: _logical,
        exp.Paren: _paren,
        exp.Sub: _arithmetic,
        exp.Subquery: _subquery,
        exp.TryCast: _cast,
        exp.Tuple: _tuple,
        exp.Window: _window,
    }


def _has_distances(spec: exp.Expr) -> bool:
    """Whether a frame is bounded by values so far away, not by rows."""
    sides = (spec.args.get("start"), spec.args.get("end"))
    return spec.args.get("kind", "").upper() == "RANGE" and any(
        isinstance(side, exp.Expr) for side in sides
    )


def _impossible(start: str, end: str) -> str | None:
    """Say why a frame cannot go from `start` to `end`, if it cannot."""
    if start == "UNBOUNDED FOLLOWING":
        return "start cannot be UNBOUNDED FOLLOWING"
    if end == "UNBOUNDED PRECEDING":
        return "end cannot be UNBOUNDED PRECEDING"
    if (start, end) in {("CURRENT ROW", "PRECEDING"), ("FOLLOWING", "PRECEDING")} or (
        (start, end) == ("FOLLOWING", "CURRENT ROW")
    ):
        return f"starting from {start} cannot end with {end}"
    return None


def _can_fail(node: exp.Expr) -> bool:
    """Whether evaluating an expression can be an error; a literal like DATE '...' is none."""
    return any(
        not isinstance(part, exp.TryCast)
        and not (isinstance(part, exp.Cast) and isinstance(part.this, exp.Literal))
        for part in node.find_all(exp.Div, exp.Mod, exp.Cast, exp.Bracket)
    )


def _read(found: Field) -> Expression:
    return Expression(found.sql, found.type, found.name, found.origin)

"""What Timestream SQL looks like: Trino's grammar and what the service adds to it.

- `15m`, `7d`, `50ns`: a number directly followed by a unit is an interval;
- `measure_value::double` is one identifier;
- SHOW DATABASES, SHOW TABLES, SHOW MEASURES, DESCRIBE and UNLOAD are statements.

Functions are parsed by their shape alone, not by their name: which of them exist, and what they
take, is the business of embedded_timestream/functions.
https://docs.aws.amazon.com/timestream/latest/developerguide/supported-sql-constructs.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from sqlglot import exp
from sqlglot.dialects.trino import Trino
from sqlglot.errors import ErrorLevel, ParseError, TokenError
from sqlglot.generators.trino import TrinoGenerator
from sqlglot.parsers.trino import TrinoParser
from sqlglot.tokenizer_core import Token, TokenType

from embedded_timestream.dialect.intervals import UNITS
from embedded_timestream.errors import ValidationException

if TYPE_CHECKING:
    from collections.abc import Callable

MEASURE_VALUE_TYPES = {"bigint", "boolean", "double", "timestamp", "varchar"}
_ENDS = {TokenType.COMMA, TokenType.FROM, TokenType.R_PAREN, TokenType.R_BRACKET}  # of a list
TOO_DEEP = "The query is nested too deeply"
_FOREIGN = {  # words of other dialects, which sqlglot would read as Trino's
    "==", "<=>", "~~", "~~*", "~~~", "~*",
    "DIV", "GLOB", "ILIKE", "ISNULL", "NOTNULL", "REGEXP", "RLIKE",
    "BLOB", "BOOL", "BYTE", "BYTEA", "CLOB", "DATETIME", "FLOAT8", "INT1", "INT16", "INT2",
    "INT32", "INT4", "INT64", "INT8", "LONG", "LONGVARCHAR", "SHORT", "STR", "STRING", "TEXT",
    "VARCHAR2",
}  # fmt: skip


class ShowStatement(exp.Expression):
    """SHOW DATABASES, SHOW TABLES [FROM database], SHOW MEASURES FROM database.table [LIKE ...]."""

    arg_types: ClassVar[dict[str, bool]] = {"this": True, "source": False, "like": False}


class Unload(exp.Expression):
    """UNLOAD (query) TO 's3://...' [WITH (name = value, ...)]."""

    arg_types: ClassVar[dict[str, bool]] = {"this": True, "to": True, "options": False}


def merge_tokens(tokens: list[Token]) -> list[Token]:
    """Join what Timestream reads as one word and Trino as several."""
    merged: list[Token] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        following = tokens[index + 1 : index + 3]
        if (
            token.token_type == TokenType.NUMBER
            and following
            and following[0].start == token.end + 1
            and (following[0].text[:1].isalpha() or following[0].text[:1] == "_")
        ):
            unit = following[0]
            if unit.text.lower() not in UNITS:
                raise ValidationException(
                    f"line {token.line}:{token.col - len(token.text) + 1}: identifiers must not "
                    "start with a digit; surround the identifier with double quotes"
                )
            text = f"{token.text} {UNITS[unit.text.lower()].upper()}"
            token = _joined(TokenType.HEREDOC_STRING, token, unit, text)
            index += 1
        elif (
            token.text.lower() == "measure_value"
            and token.token_type == TokenType.VAR
            and len(following) == 2  # noqa: PLR2004 - the colons and the type
            and following[0].token_type == TokenType.DCOLON
            and following[1].text.lower() in MEASURE_VALUE_TYPES
        ):
            name = f"measure_value::{following[1].text.lower()}"
            token = _joined(TokenType.VAR, token, following[1], name)
            index += 2
        merged.append(token)
        index += 1
    return merged


def _joined(token_type: TokenType, first: Token, last: Token, text: str) -> Token:
    return Token(token_type, text, line=last.line, col=last.col, start=first.start, end=last.end)


class Timestream(Trino):
    """The dialect, for sqlglot."""

    SUPPORTS_USER_DEFINED_TYPES = True  # the binder knows which types there are
    INDEX_OFFSET = 0  # `array[1]` keeps its 1: the binder knows where Trino's arrays start

    class Tokenizer(Trino.Tokenizer):
        """Trino's words, less those of other dialects."""

        KEYWORDS: ClassVar[dict[str, TokenType]] = {
            **{w: t for w, t in Trino.Tokenizer.KEYWORDS.items() if w not in _FOREIGN},
            "LOCALTIME": TokenType.LOCALTIME,
            "LOCALTIMESTAMP": TokenType.LOCALTIMESTAMP,
            "SHOW": TokenType.SHOW,
        }
        SINGLE_TOKENS: ClassVar[dict[str, TokenType]] = {
            sign: token for sign, token in Trino.Tokenizer.SINGLE_TOKENS.items() if sign != "!"
        }
        COMMANDS: ClassVar[set[TokenType]] = set()  # sqlglot would leave their text unread

        def tokenize(self, sql: str) -> list[Token]:
            """Split into tokens, with Timestream's own words whole."""
            return merge_tokens(super().tokenize(sql))

    class Parser(TrinoParser):
        """Trino's grammar with functions as plain calls, and Timestream's statements."""

        FUNCTIONS: ClassVar[dict[str, Callable[..., Any]]] = {}
        FUNCTION_PARSERS: ClassVar[dict[str, Callable[..., Any]]] = {
            **{
                name: TrinoParser.FUNCTION_PARSERS[name] for name in ("CAST", "TRY_CAST", "EXTRACT")
            },
            "POSITION": lambda self: self.position_in(),
            "SUBSTRING": lambda self: self.substring_from(),
        }
        NO_PAREN_FUNCTION_PARSERS: ClassVar[dict[str, Callable[..., Any]]] = {
            "CASE": TrinoParser.NO_PAREN_FUNCTION_PARSERS["CASE"]
        }
        NO_PAREN_FUNCTIONS: ClassVar[dict[TokenType, type[exp.Expr]]] = {
            TokenType.CURRENT_DATE: exp.CurrentDate,
            TokenType.CURRENT_TIME: exp.CurrentTime,
            TokenType.CURRENT_TIMESTAMP: exp.CurrentTimestamp,
            TokenType.LOCALTIME: exp.Localtime,
            TokenType.LOCALTIMESTAMP: exp.Localtimestamp,
        }
        # Also after ANY, ALL and SOME: `11.7 = ANY (VALUES 12.0, 11.7)`.
        SUBQUERY_TOKENS: ClassVar[set[TokenType]] = {
            *TrinoParser.SUBQUERY_TOKENS,
            TokenType.VALUES,
        }
        # `::` is part of a name here, and never a cast.
        COLUMN_OPERATORS: ClassVar[dict[TokenType, Any]] = {TokenType.DOT: None}
        PRIMARY_PARSERS: ClassVar[dict[TokenType, Callable[..., Any]]] = {
            **TrinoParser.PRIMARY_PARSERS,
            TokenType.HEREDOC_STRING: lambda self, token: self.interval_literal(token),
        }
        STATEMENT_PARSERS: ClassVar[dict[TokenType, Callable[..., Any]]] = {
            TokenType.DESC: TrinoParser.STATEMENT_PARSERS[TokenType.DESC],
            TokenType.DESCRIBE: TrinoParser.STATEMENT_PARSERS[TokenType.DESCRIBE],
            TokenType.SHOW: lambda self: self.show(),
        }
        FUNC_TOKENS: ClassVar[set[TokenType]] = {*TrinoParser.FUNC_TOKENS, TokenType.CASE}

        def interval_literal(self, token: Token) -> exp.Expr:
            """`15m`, as the tokenizer joined it."""
            value, unit = token.text.split(" ")
            return self.expression(
                exp.Interval(this=exp.Literal.string(value), unit=exp.var(unit)), token
            )

        # What sqlglot reads and Trino does not.

        def raise_error(self, message: str, token: Token | None = None) -> None:
            """Say what is wrong, and where: at the end, if there is nothing more to read."""
            if not (token or self._curr):
                raise ParseError(message)
            super().raise_error(message, token or self._curr)

        def _parse_select(self, *args: Any, **kwargs: Any) -> exp.Expr | None:  # noqa: ANN401 - handed on
            if self._match(TokenType.FROM, advance=False):  # FROM t
                self.raise_error("Expecting: 'SELECT'")
            return super()._parse_select(*args, **kwargs)

        def _parse_csv(
            self, parse_method: Callable[[], Any], sep: TokenType = TokenType.COMMA
        ) -> list[Any]:
            parsed: list[Any] = []

            def item() -> Any:  # noqa: ANN401 - as parse_method
                found = parse_method()
                ends = _ENDS if parsed else {TokenType.COMMA}
                if found is None and (not self._curr or self._curr.token_type in ends):
                    self.raise_error("Expecting: an expression")  # SELECT x, FROM t
                parsed.append(found)
                return found

            return super()._parse_csv(item, sep)

        def _parse_limit(self, *args: Any, **kwargs: Any) -> exp.Expr | None:  # noqa: ANN401 - handed on
            limit = super()._parse_limit(*args, **kwargs)
            if isinstance(limit, exp.Limit) and (
                limit.args.get("offset") or limit.args.get("limit_options")
            ):  # LIMIT 1, 2 and LIMIT 10%
                self.raise_error("Expecting: a whole number")
            return limit

        def _parse_join(self, *args: Any, **kwargs: Any) -> exp.Join | None:  # noqa: ANN401 - handed on
            comma = self._match(TokenType.COMMA, advance=False)
            join = super()._parse_join(*args, **kwargs)
            if join is None or comma or join.args.get("method"):
                return join
            condition = join.args.get("on") or join.args.get("using")
            if bool(condition) == (join.kind == "CROSS"):
                self.raise_error("Expecting: 'ON', 'USING'")
            return join

        def _parse_interval(self, *args: Any, **kwargs: Any) -> exp.Add | exp.Interval | None:  # noqa: ANN401 - handed on
            value = self._next if self._match(TokenType.INTERVAL, advance=False) else None
            if value and (
                value.token_type == TokenType.NUMBER or any(map(str.isalpha, value.text))
            ):
                self.raise_error("Expecting: a string", value)  # INTERVAL 1 DAY, INTERVAL '1 day'
            return super()._parse_interval(*args, **kwargs)

        def operand(self) -> exp.Expr | None:
            """Parse an expression that may not be missing."""
            found = self._parse_bitwise()
            if found is None:
                self.raise_error("Expecting: an expression")
            return found

        def position_in(self) -> exp.Expr:
            """`POSITION(substring IN string)`, which is strpos(string, substring)."""
            substring = self.operand()
            if not self._match(TokenType.IN):
                self.raise_error("Expecting: 'IN'")
            return exp.Anonymous(this="strpos", expressions=[self.operand(), substring])

        def substring_from(self) -> exp.Expr:
            """`SUBSTRING(string FROM start FOR length)`, or the same with commas."""
            arguments = [self.operand()]
            for word in ("FROM", "FOR"):
                if self._match(TokenType.COMMA) or self._match_text_seq(word):
                    arguments += [self.operand()]
            return exp.Anonymous(this="substring", expressions=arguments)

        def _parse_bracket(self, this: exp.Expr | None = None) -> exp.Expr | None:
            opening = (TokenType.L_BRACKET, TokenType.L_BRACE)
            if this is None and self._match_set(opening, advance=False):
                self.raise_error("Expecting: an expression")  # an array is ARRAY[...]
            return super()._parse_bracket(this)

        def show(self) -> exp.Expr:
            """Parse what follows the word SHOW."""
            if not self._match_texts(("DATABASES", "TABLES", "MEASURES")):
                self.raise_error("Expecting: 'DATABASES', 'MEASURES', 'TABLES'")
            kind = self._prev.text.upper()
            source = None
            if kind != "DATABASES" and self._match_texts(("FROM", "IN")):
                source = self._parse_table_parts()
            elif kind == "MEASURES":
                self.raise_error("Expecting: 'FROM'")
            like = self._parse_string() if self._match(TokenType.LIKE) else None
            return ShowStatement(this=exp.var(kind), source=source, like=like)

        def _parse_statement(self) -> exp.Expr | None:
            if self._curr and self._curr.text.upper() == "UNLOAD":
                self._advance()
                return self.unload()
            return super()._parse_statement()

        def unload(self) -> exp.Expr:
            """Parse what follows the word UNLOAD."""
            query = self._parse_wrapped(self._parse_statement)
            if not self._match_text_seq("TO"):
                self.raise_error("Expecting: 'TO'")
            target = self._parse_string()
            options = None
            if self._match(TokenType.WITH):
                options = self._parse_wrapped_csv(self.option)
            return Unload(this=query, to=target, options=options)

        def option(self) -> exp.Expr:
            """`name = value`, as UNLOAD takes it."""
            name = self._parse_var(any_token=True)
            if not self._match(TokenType.EQ):
                self.raise_error("Expecting: '='")
            return exp.EQ(this=name, expression=self._parse_bitwise())

    class Generator(TrinoGenerator):
        """Writes a tree as Timestream SQL again."""

        MULTI_ARG_DISTINCT = True  # as it was read
        TRANSFORMS: ClassVar[dict[type[exp.Expr], Callable[..., str]]] = {
            **{
                kind: write
                for kind, write in TrinoGenerator.TRANSFORMS.items()
                if kind not in {exp.AtTimeZone, exp.With}
            },
            exp.Any: lambda self, node: f"ANY ({self.sql(node.this.unnest())})",
            ShowStatement: lambda self, node: self.showstatement_sql(node),
            Unload: lambda self, node: self.unload_sql(node),
        }

        def attimezone_sql(self, node: exp.AtTimeZone) -> str:
            """`x AT TIME ZONE 'y'`, as it was read."""
            return f"{self.sql(node, 'this')} AT TIME ZONE {self.sql(node, 'zone')}"

        def windowspec_sql(self, node: exp.WindowSpec) -> str:
            """`ROWS 1 PRECEDING` without the end that sqlglot would add."""
            if node.args.get("end") is not None:
                return str(super().windowspec_sql(node))
            start = f"{self.sql(node, 'start')} {node.args.get('start_side') or ''}"
            return f"{node.args['kind']} {start.strip()}"

        def interval_sql(self, node: exp.Interval) -> str:
            """`INTERVAL '1' WEEK`: sqlglot would write weeks as days, for other readers."""
            return f"INTERVAL {self.sql(node, 'this')} {self.sql(node, 'unit')}"

        def showstatement_sql(self, node: ShowStatement) -> str:
            """`SHOW MEASURES FROM "d"."t" LIKE 'x'`."""
            source, like = self.sql(node, "source"), self.sql(node, "like")
            return (
                f"SHOW {node.name}{f' FROM {source}' if source else ''}"
                f"{f' LIKE {like}' if like else ''}"
            )

        def unload_sql(self, node: Unload) -> str:
            """`UNLOAD (SELECT ...) TO 's3://...' WITH (...)`."""
            options = self.expressions(node, key="options", flat=True)
            return (
                f"UNLOAD ({self.sql(node, 'this')}) TO {self.sql(node, 'to')}"
                f"{f' WITH ({options})' if options else ''}"
            )


TIMESTREAM = Timestream()


def position(sql: str, start: int) -> str:
    """Where a character is, as the service says it: `line 1:76`.

    :param start: the character's offset in `sql`, from 0.
    """
    line = sql.count("\n", 0, start) + 1
    return f"line {line}:{start - (sql.rfind(chr(10), 0, start) + 1) + 1}"


def parse(sql: str) -> exp.Expr:
    """Read one statement.

    :raises ValidationException: if it is not Timestream SQL, with the place where that shows.
    """
    try:
        tokens = TIMESTREAM.tokenize(sql)
        statements = TIMESTREAM.parser(error_level=ErrorLevel.IMMEDIATE).parse(tokens, sql)
    except TokenError:
        raise ValidationException(
            "The query syntax is invalid at line 1:1: an unterminated literal or comment"
        ) from None
    except ParseError as error:
        raise ValidationException(_syntax_error(sql, tokens, error)) from None
    except RecursionError:
        raise ValidationException(TOO_DEEP) from None
    trees = [tree for tree in statements if tree is not None]
    if len(trees) != 1:
        raise ValidationException("The query syntax is invalid: expecting one statement")
    return trees[0]


def _syntax_error(sql: str, tokens: list[Token], error: ParseError) -> str:
    where = error.errors[0] if error.errors else {}
    line, end = where.get("line"), where.get("col")
    token = next((t for t in tokens if t.line == line and t.col == end), None)
    if token is None:
        end = position(sql, len(sql.rstrip()))
        return f"The query syntax is invalid at {end}: mismatched input '<EOF>'"
    found = sql[token.start : token.end + 1]
    return (
        f"The query syntax is invalid at {position(sql, token.start)}: mismatched input '{found}'"
    )

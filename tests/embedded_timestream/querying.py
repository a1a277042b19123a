"""What the tests of the querying half share: a store with known rows, and answers as short text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from embedded_timestream import functions
from embedded_timestream.errors import TimestreamError
from embedded_timestream.query.engine import Engine
from embedded_timestream.write.store import Store
from tests.embedded_timestream.writing import MINUTE, NOON_NS, SECOND, StoppedClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BRIDGE = [
    {"Name": "city", "Value": "Gothenburg"},
    {"Name": "source", "Value": "roadsignals"},
]
SENSOR = [{"Name": "bridge", "Value": "Hisingsbron"}]


def _change(bridge: str, status: str, minutes_ago: int) -> dict[str, Any]:
    return {
        "Dimensions": BRIDGE,
        "MeasureName": bridge,
        "MeasureValue": status,
        "MeasureValueType": "VARCHAR",
        "Time": str((NOON_NS - minutes_ago * MINUTE) // 10**6),
    }


def _wind(speed: float, minutes_ago: int) -> dict[str, Any]:
    return {
        "Dimensions": SENSOR,
        "MeasureName": "wind",
        "MeasureValue": str(speed),
        "Time": str((NOON_NS - minutes_ago * MINUTE) // 10**6),
    }


def _air(temperature: float, humidity: int, raining: str, note: str, at: int) -> dict[str, Any]:
    return {
        "Dimensions": [*SENSOR, {"Name": "mast", "Value": "north"}],
        "MeasureName": "air",
        "MeasureValueType": "MULTI",
        "MeasureValues": [
            {"Name": "temperature", "Value": str(temperature), "Type": "DOUBLE"},
            {"Name": "humidity", "Value": str(humidity), "Type": "BIGINT"},
            {"Name": "raining", "Value": raining, "Type": "BOOLEAN"},
            {"Name": "note", "Value": note, "Type": "VARCHAR"},
        ],
        "Time": str(at),
        "TimeUnit": "NANOSECONDS",
    }


# bridges.status, bridges.sensors: what the cases in cases/*.sql select from. It is noon.
STATUS = [
    _change("Hisingsbron", "Closed", 55),
    _change("Hisingsbron", "Open", 40),
    _change("Hisingsbron", "Closed", 33),
    _change("Hisingsbron", "Open", 10),
    _change("Hisingsbron", "Closed", 4),
    _change("Marieholmsbron", "Closed", 50),
    _change("Marieholmsbron", "Open", 20),
]
SENSORS = [
    _wind(4.5, 5),
    _wind(6.5, 4),
    _wind(5.5, 2),
    _wind(9.5, 1),
    _air(1.5, 80, "true", "cold", NOON_NS - 90 * SECOND - 1),
    _air(2.5, 70, "false", "mild", NOON_NS - 30 * SECOND + 1),
]


def engine(data: Path | None = None) -> Engine:
    """Give an engine over those tables, at noon."""
    store = Store(StoppedClock(), data, prepare=functions.install)
    store.call("CreateDatabase", {"DatabaseName": "bridges"})
    for table, records in (("status", STATUS), ("sensors", SENSORS)):
        where = {"DatabaseName": "bridges", "TableName": table}
        store.call("CreateTable", where)
        store.call("WriteRecords", {**where, "Records": records})
    return Engine(store)


def text(datum: dict[str, Any]) -> str:
    """Write a Datum shortly: `5`, `NULL`, `[1, 2]`, `(1, a)`, `{12:00:00.000000000: 1.5}`."""
    kind, value = next(iter(datum.items()))
    if kind == "ScalarValue":
        return str(value)
    if kind == "ArrayValue":
        return f"[{', '.join(map(text, value))}]"
    if kind == "RowValue":
        return f"({', '.join(map(text, value['Data']))})"
    if kind == "TimeSeriesValue":
        points = (f"{point['Time']}: {text(point['Value'])}" for point in value)
        return "{" + ", ".join(points) + "}"
    return "NULL"


def type_text(info: dict[str, Any]) -> str:
    """Write a Type of the API shortly: `bigint`, `array(row(a bigint))`."""
    kind, value = next(iter(info.items()))
    if kind == "ScalarType":
        return str(value).lower()
    if kind == "RowColumnInfo":
        fields = (f"{c.get('Name', '')} {type_text(c['Type'])}".strip() for c in value)
        return f"row({', '.join(fields)})"
    name = "array" if kind == "ArrayColumnInfo" else "timeseries"
    return f"{name}({type_text(value['Type'])})"


def answer(asked: Engine, sql: str) -> list[str]:
    """Run a query: its rows as lines, or what is wrong with it."""
    try:
        found = asked.query({"QueryString": sql})
    except TimestreamError as error:
        return [f"! {error.message}"]
    return [" | ".join(map(text, row["Data"])).rstrip() for row in found["Rows"]]


@dataclass(frozen=True)
class Case:
    """One query and what it answers."""

    file: str
    line: int
    sql: str
    expected: list[str]


def cases(file: Path) -> Iterator[Case]:
    """Read a file of queries, each ended by `;` and followed by its rows as `--> ...` lines."""
    sql: list[str] = []
    expected: list[str] = []
    start = 0
    ended = False
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("-->"):
            expected.append(line.removeprefix("-->").strip())
            continue
        if ended:
            yield Case(file.name, start, "\n".join(sql).removesuffix(";"), expected)
            sql, expected, ended = [], [], False
        if (line.startswith("--") or not line.strip()) and not sql:
            continue
        if not sql:
            start = number
        sql.append(line)
        ended = line.endswith(";")
    if ended:
        yield Case(file.name, start, "\n".join(sql).removesuffix(";"), expected)

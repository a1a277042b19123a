"""From the rows of a scheduled query to records, as its target configuration says.

https://docs.aws.amazon.com/timestream/latest/developerguide/API_query_TimestreamConfiguration.html
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from embedded_timestream.errors import ValidationException

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Json = dict[str, Any]
Row = dict[str, str | None]  # the text of each column, as the API gives it

_NANOSECONDS = 10**9


def check(target: Json, columns: dict[str, str]) -> None:
    """Refuse a target configuration that a query's columns cannot serve.

    :param columns: the type of each column of the query's result, "TIMESTAMP".
    :raises ValidationException: naming the column that is missing or of another type.
    """
    _expect(columns, target["TimeColumn"], "TIMESTAMP")
    for dimension in target["DimensionMappings"]:
        _expect(columns, dimension["Name"], "VARCHAR")
    if named := target.get("MeasureNameColumn"):
        _expect(columns, named, "VARCHAR")
    multi, mixed = target.get("MultiMeasureMappings"), target.get("MixedMeasureMappings")
    if (multi is None) == (mixed is None):
        raise ValidationException(
            "Exactly one of MultiMeasureMappings and MixedMeasureMappings must be specified."
        )
    if multi is not None:
        if not named and not multi.get("TargetMultiMeasureName"):
            raise ValidationException(
                "TargetMultiMeasureName is required when MeasureNameColumn is not specified."
            )
        _check_attributes(multi["MultiMeasureAttributeMappings"], columns)
    for mapping in mixed or ():
        if named and not mapping.get("MeasureName"):
            raise ValidationException(
                "MeasureName is required in a mapping when MeasureNameColumn is specified."
            )
        if mapping["MeasureValueType"] == "MULTI":
            _check_attributes(mapping.get("MultiMeasureAttributeMappings", ()), columns)
        elif not mapping.get("SourceColumn"):
            raise ValidationException("SourceColumn is required in a mapping of a single measure.")
        else:
            _expect(columns, mapping["SourceColumn"], mapping["MeasureValueType"])


def _check_attributes(attributes: list[Json], columns: dict[str, str]) -> None:
    if not attributes:
        raise ValidationException("MultiMeasureAttributeMappings must not be empty.")
    for attribute in attributes:
        _expect(columns, attribute["SourceColumn"], attribute["MeasureValueType"])


def _expect(columns: dict[str, str], name: str, kind: str) -> None:
    if name not in columns:
        raise ValidationException(f"Column '{name}' does not exist in the result of the query.")
    if columns[name] != kind and (columns[name], kind) != ("INTEGER", "BIGINT"):
        raise ValidationException(
            f"Column '{name}' of the result is of type {columns[name]}, not {kind}."
        )


def records(target: Json, row: Row, version: int) -> Iterator[Json]:
    """Give the records that one row of the result becomes.

    A measure without value makes no record, and a dimension without value is left out.

    :param version: of every record, so that a later run replaces what an earlier one wrote.
    """
    common = {
        "Dimensions": [
            {"Name": d["Name"], "Value": value}
            for d in target["DimensionMappings"]
            if (value := row[d["Name"]]) is not None
        ],
        "Time": str(nanoseconds(row[target["TimeColumn"]] or "")),
        "TimeUnit": "NANOSECONDS",
        "Version": version,
    }
    for measure in measures(target, row, lambda text: str(nanoseconds(text))):
        yield {**common, **measure}


def measures(target: Json, row: Row, timestamp: Callable[[str], str]) -> Iterator[Json]:
    """Give the measures that one row becomes: the part of a record that says them.

    :param target: MeasureNameColumn with MultiMeasureMappings or MixedMeasureMappings.
    :param timestamp: gives a TIMESTAMP's value, in the unit of the record, from the row's text.
    """
    named = target.get("MeasureNameColumn")
    name = row[named] if named else None
    if multi := target.get("MultiMeasureMappings"):
        mappings = [
            {
                **multi,
                "MeasureValueType": "MULTI",
                "TargetMeasureName": name or multi.get("TargetMultiMeasureName"),
            }
        ]
    else:
        mappings = [
            m for m in target["MixedMeasureMappings"] if not named or m["MeasureName"] == name
        ]
    for mapping in mappings:
        if measure := _measure(mapping, row, timestamp):
            yield measure


def _measure(mapping: Json, row: Row, timestamp: Callable[[str], str]) -> Json | None:
    source = mapping.get("SourceColumn")
    named = {
        "MeasureName": mapping.get("TargetMeasureName") or mapping.get("MeasureName") or source,
        "MeasureValueType": mapping["MeasureValueType"],
    }
    if mapping["MeasureValueType"] != "MULTI":
        value = row[source or ""]
        return {**named, "MeasureValue": value} if value is not None else None
    values = [
        {
            "Name": attribute.get("TargetMultiMeasureAttributeName") or attribute["SourceColumn"],
            "Type": kind,
            "Value": timestamp(value) if kind == "TIMESTAMP" else value,
        }
        for attribute in mapping["MultiMeasureAttributeMappings"]
        if (value := row[attribute["SourceColumn"]]) is not None
        # Batch load need not say the type; it is then WriteRecords' own.
        for kind in [attribute.get("MeasureValueType", "DOUBLE")]
    ]
    return {**named, "MeasureValues": values} if values else None


def nanoseconds(text: str) -> int:
    """Read a timestamp of a query's answer: 2026-01-05 12:00:00.000000000, in UTC.

    :raises ValidationException: if there is none.
    """
    seconds, _, fraction = text.partition(".")
    try:
        instant = datetime.fromisoformat(seconds).replace(tzinfo=UTC)
    except ValueError:
        raise ValidationException("Invalid time for record.") from None
    return int(instant.timestamp()) * _NANOSECONDS + int(fraction or 0)


def reported(record: Json) -> Json:
    """Give a record as an error report has it.

    https://docs.aws.amazon.com/timestream/latest/developerguide/scheduledqueries-errorreport.html
    """
    values = record.get("MeasureValues")
    return {
        "dimensions": [
            {"name": d["Name"], "value": d["Value"], "dimensionValueType": None}
            for d in record["Dimensions"]
        ],
        "measureName": record["MeasureName"],
        "measureValue": record.get("MeasureValue"),
        "measureValues": values
        and [{"name": v["Name"], "value": v["Value"], "type": v["Type"]} for v in values],
        "measureValueType": record["MeasureValueType"],
        "time": record["Time"],
        "timeUnit": record["TimeUnit"],
        "version": record["Version"],
    }

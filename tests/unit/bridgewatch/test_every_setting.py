"""Every setting with every kind of wrong value: always one sentence that names it.

Settings to come are walked too, once they stand in one of the documents here; a test says so.
"""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import BaseModel

from bridgewatch.settings import Settings, SettingsError, load_settings, parse_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Where = tuple[str | int, ...]
Document = dict[str, Any]

TIMESTREAM: Document = {
    "deployment": "harbour",
    "bridges": [
        {
            "name": "Hisingsbron",
            "source": "city",
            "code": "7",
            "dimensions": {"city": "Gothenburg"},
            "timezone": "Europe/Stockholm",
        }
    ],
    "sources": {
        "city": {
            "type": "json",
            "url": "https://city.example/{code}",
            "key": {"parameter": "/city/key", "in": "query", "name": "key"},
            "pointer": "/status",
            "statuses": {"up": "Open", "down": "Closed"},
            "max_bytes": 1000,
            "concurrency": 4,
            "requests_per_second": 2.5,
            "timeout_seconds": 2.5,
            "attempts": 2,
            "backoff_seconds": 0.5,
        }
    },
    "heartbeat_minutes": 30,
    "poll_seconds": 30,
    "reserve_concurrency": False,
    "storage": {
        "type": "timestream",
        "memory_hours": 24,
        "magnetic_days": 365,
        "kms_key": True,
        "existing": True,
        "existing_key": "arn:aws:kms:eu-west-1:123456789012:key/12ab34cd",
    },
    "alarms": {
        "email": "watch@example.com",
        "queued_minutes": 60,
        "query_minutes": 10,
        "query_gigabytes": 1.5,
    },
    "budget": {
        "monthly_usd": 2.5,
        "actual_percent": [50, 100],
        "forecast_percent": [100],
        "services": ["Amazon Timestream"],
        "email": "money@example.com",
        "fuse": True,
        "fuse_usd": 2.5,
    },
    "notify": {
        "targets": {
            "hook": {
                "type": "webhook",
                "url": "https://hook.example/bridges",
                "parameter": "/hook/secret",
                "language": "sv",
                "per_minute": 10,
            },
            "topic": {"type": "topic", "emails": ["people@example.com"]},
        },
        "rules": {
            "long": {
                "when": "open_for",
                "targets": ["hook"],
                "bridges": ["Hisingsbron"],
                "minutes": 10,
                "hours": {"from": "06:30", "until": "09:00"},
                "weekdays": ["Mon"],
                "patience_minutes": 10,
            }
        },
    },
    "page": {
        "title": "Our bridges",
        "concurrency": 4,
        "monthly_visits": 1000,
        "domain": {
            "name": "bridges.example.org",
            "certificate": "arn:aws:acm:us-east-1:123456789012:certificate/12ab34cd",
        },
        "flat_rate_web_acl": "arn:aws:wafv2:us-east-1:123456789012:global/webacl/page/12ab34cd",
    },
    "dashboard": True,
    "log_retention_days": 14,
}

DYNAMODB: Document = {
    "bridges": [{"name": "Schinkelbrug", "source": "ndw", "code": "NLAMS002122253000074"}],
    "sources": {
        "ndw": {
            "type": "ndw",
            "url": "https://feed.example/picture.xml.gz",
            "planned_url": "https://feed.example/planned.xml.gz",
            "max_bytes": 1000,
            "timeout_seconds": 5,
            "attempts": 1,
            "backoff_seconds": 0,
        }
    },
    "storage": {
        "type": "dynamodb",
        "retention_days": 365,
        "max_read_units": 25,
        "max_write_units": 10,
        "point_in_time_recovery": False,
        "kms_key": False,
        "existing": True,
        "existing_key": "arn:aws:kms:eu-west-1:123456789012:key/12ab34cd",
    },
}

DOCUMENTS = {"timestream": TIMESTREAM, "dynamodb": DYNAMODB}

WRONG: tuple[Any, ...] = (
    *(None, True, False),
    *(-1, 0, 10**30, 10**400, 0.5, 1e308, float("inf"), float("nan")),
    *(
        "",
        " ",
        "60",
        "\uff16\uff10",
        "٣",
        "\u0415urope/Stockholm",
        "a\nb",
        "\x00",
        "\x1b[31m",
        "\u2028",
    ),
    *("https://[::1", "https://x:99999/", "https://x:٣/", "https://x y/", "x" * 100_000),
    *([], [[]], [None], ["x", "x"]),
    *({}, {"type": 5}, {"type": []}, {"type": "x" * 1000}, {"": ""}, {"a\nb": 1}, {"x" * 1000: 1}),
)


def steps(value: object, *above: str | int) -> Iterator[Where]:
    """Walk to every value within."""
    if above:
        yield above
    items: Any = value.items() if isinstance(value, dict) else ()
    for step, inner in enumerate(value) if isinstance(value, list) else items:
        yield from steps(inner, *above, step)


EVERYWHERE = [(name, where) for name, one in DOCUMENTS.items() for where in steps(one)]


def dotted(where: Where) -> str:
    parts = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in where]
    return "".join(parts).removeprefix(".")


def changed(document: Document, where: Where, change: Any) -> Document:  # noqa: ANN401 - JSON
    """Copy a document with another value at a place."""
    copied = copy.deepcopy(document)
    inner: Any = copied
    for step in where[:-1]:
        inner = inner[step]
    inner[where[-1]] = change
    return copied


def without(document: Document, where: Where) -> Document:
    copied = copy.deepcopy(document)
    inner: Any = copied
    for step in where[:-1]:
        inner = inner[step]
    del inner[where[-1]]
    return copied


def at(document: Any, where: Where) -> Any:  # noqa: ANN401 - JSON
    for step in where:
        document = document[step]
    return document


def kind(value: object) -> str:
    """Tell the type that JSON gives a value."""
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, int | float):
        return "number"
    return type(value).__name__


def mistake(document: object) -> str | None:
    """Say what is wrong with settings; None if nothing is."""
    try:
        parse_settings(document)
    except SettingsError as error:
        return str(error)
    return None


def model_fields(model: type[BaseModel]) -> Iterator[tuple[type[BaseModel], str]]:
    """Walk to every setting that a model can have, by the names that people type."""
    for name, field in model.model_fields.items():
        yield model, field.alias or name
        for part in models_in(field.annotation):
            yield from model_fields(part)


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401 - any type
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from models_in(part)


def models_of(value: object) -> Iterator[tuple[type[BaseModel], str]]:
    """Walk to every setting that was named when these were read."""
    if isinstance(value, BaseModel):
        for name in value.model_fields_set:
            yield type(value), type(value).model_fields[name].alias or name
            yield from models_of(getattr(value, name))
    inner: Any = value.values() if isinstance(value, dict) else value
    for one in inner if isinstance(value, dict | tuple) else ():
        yield from models_of(one)


def test_every_setting_is_walked_here() -> None:
    named = {one for document in DOCUMENTS.values() for one in models_of(parse_settings(document))}

    assert set(model_fields(Settings)) - named == set()


@pytest.mark.parametrize(
    ("name", "where"), EVERYWHERE, ids=[f"{name}-{dotted(where)}" for name, where in EVERYWHERE]
)
def test_a_wrong_value_is_one_sentence_that_names_its_setting(name: str, where: Where) -> None:
    document = DOCUMENTS[name]
    right = at(document, where)

    for wrong in WRONG:
        told = mistake(changed(document, where, wrong))

        if told is None:
            same = wrong is None and mistake(without(document, where)) is None
            switch = where == ("page",) and isinstance(wrong, bool)
            assert kind(wrong) == kind(right) or same or switch, f"{wrong!r} was taken"
            continue
        assert told.isprintable(), wrong
        assert told.endswith((".", "more)")), wrong
        assert len(told) < 400, wrong
        if kind(wrong) != kind(right):
            assert told.startswith(dotted(where)), wrong


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_key_that_is_no_setting_is_named(name: str) -> None:
    document = DOCUMENTS[name]
    names = {"dimensions", "sources", "statuses", "targets", "rules"}  # their keys are people's
    objects = [w for w in ((), *steps(document)) if isinstance(at(document, w), dict)]

    for where in objects:
        if not where or where[-1] not in names:
            told = mistake(changed(document, (*where, "hearbeat_minutes"), 5))

            key = dotted((*where, "hearbeat_minutes"))
            assert told == f"{key} is not a setting; docs/settings.md lists them."


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_key_that_stands_twice_is_named(name: str, tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    document = DOCUMENTS[name]

    for where in steps(document):
        if isinstance(where[-1], str):
            key = json.dumps(where[-1])
            twice = json.dumps(changed(document, where, "HERE"))
            again = json.dumps(at(document, where))
            file.write_text(twice.replace('"HERE"', f"{again}, {key}: {again}"))

            with pytest.raises(SettingsError) as told:
                load_settings(file)

            assert (
                str(told.value) == f"{file} is not JSON: the key {key} stands twice in one object."
            )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is not JSON: Expecting value: line 1"),
        ('{"deployment": "\\ud83d"}', 'the text at the key "deployment" has a lone surrogate'),
        ('{"bridges": ["\\udc00"]}', 'the text at the key "bridges" has a lone surrogate'),
        ('{"\\ud800": 1}', r'the text at the key "\ud800" has a lone surrogate'),
        ('{"heartbeat_minutes": NaN}', "is not JSON: NaN is no number."),
        ("[" * 100_000, "is not JSON: it is nested too deep."),
        ('{"bridges": ' + "[" * 500 + "]" * 500 + "}", "bridgewatch is nested too deep"),
        ('{"context": {}}', "has no settings: they are its context's key `bridgewatch`."),
        ('{"context": 5}', "has no settings: they are its context's key `bridgewatch`."),
    ],
)
def test_a_file_that_no_settings_can_be_in_is_one_sentence(
    text: str, told: str, tmp_path: Path
) -> None:
    file = tmp_path / "settings.json"
    file.write_text(text)

    with pytest.raises(SettingsError) as error:
        load_settings(file)

    assert told in str(error.value)
    assert str(error.value).isprintable()


def test_settings_may_begin_with_the_mark_that_editors_of_windows_write(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text(json.dumps(TIMESTREAM), encoding="utf-8-sig")

    assert load_settings(file) == parse_settings(TIMESTREAM)


def test_names_that_only_differ_in_how_an_accent_is_written_are_the_same() -> None:
    bridges = [{"name": name, "source": "city"} for name in ("G\u00f6ta", "Go\u0308ta")]
    sources = {"city": {**TIMESTREAM["sources"]["city"], "url": "https://city.example"}}

    told = mistake({"bridges": bridges, "sources": sources})

    assert told is not None
    assert told.startswith("bridges[1].name is ")
    assert told.endswith("names must be unique.")

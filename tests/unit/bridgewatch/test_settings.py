from __future__ import annotations

import copy
import csv
import json
from pathlib import Path
from typing import Any

import pytest

from bridgewatch.settings import (
    CDK_JSON,
    Alarms,
    Budget,
    Settings,
    SettingsError,
    TimestreamStorage,
    load_settings,
    parse_settings,
)

ROOT = Path(__file__).parents[3]
EXAMPLES = sorted((ROOT / "examples").glob("*.json"))
# NDW's openings of August 2022, where they have been put beside the checkout.
OPENINGS = ROOT.parent / "shared/data/ndw-bridge-openings-2022-08.csv"

RIGHT: dict[str, Any] = {
    "bridges": [
        {"name": "Hisingsbron", "source": "city", "dimensions": {"city": "Gothenburg"}},
        {"name": "Schinkelbrug", "source": "ndw", "code": "NLAMS002122253000074"},
    ],
    "sources": {
        "city": {
            "type": "json",
            "url": "https://city.example/bridge",
            "key": {"parameter": "/city/key", "in": "query", "name": "key"},
            "pointer": "/status",
            "statuses": {"up": "Open", "down": "Closed"},
        },
        "ndw": {"type": "ndw"},
    },
}
MISSING = object()


def changed(key: str, value: object) -> dict[str, Any]:
    """Copy RIGHT with one key, written as path/to/key, changed or (MISSING) removed."""
    settings = copy.deepcopy(RIGHT)
    *parents, last = key.split("/")
    inner: Any = settings
    for parent in parents:
        inner = inner[int(parent)] if isinstance(inner, list) else inner.setdefault(parent, {})
    if value is MISSING:
        del inner[last]
    else:
        inner[last] = value
    return settings


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        # a value by itself
        ("heartbeat_minutes", 0, "heartbeat_minutes is 0, but it must be greater than or equal"),
        ("heartbeat_minutes", 61, "heartbeat_minutes is 61, but it must be less than or equal"),
        ("heartbeat_minutes", "soon", 'heartbeat_minutes is "soon", but it must be a valid int'),
        ("heartbeat_minutes", "60", 'heartbeat_minutes is "60", but it must be a valid integer.'),
        ("heartbeat_minutes", True, "heartbeat_minutes is true, but it must be a valid integer."),
        ("bridges", [], "bridges is [], but it must have at least 1."),
        ("bridges/0/name", MISSING, "bridges[0].name is missing, but it is required."),
        ("bridges/0/name", "", 'bridges[0].name is "", but it must have characters'),
        ("bridges", {}, "bridges is {}, but it must be a list."),
        ("bridges", ["Hisingsbron"], 'bridges[0] is "Hisingsbron", but it must be an object.'),
        ("sources", [], "sources is [], but it must be an object."),
        ("sources/ndw", "ndw", 'sources.ndw is "ndw", but it must be an object.'),
        ("bridgs", [], "bridgs is not a setting; docs/settings.md lists them."),
        ("sources/city/urll", "", "sources.city.urll is not a setting"),
        ("storage/memory_hours", 8767, "storage.memory_hours is 8767, but it must be less than"),
        ("storage", True, "storage is true, but it must be an object."),
        ("storage", {"type": "s3"}, 'storage.type is "s3", but it must be timestream or dynamodb.'),
        (
            "storage",
            {"type": "dynamodb", "memory_hours": 24},
            "storage.memory_hours is a setting of timestream only, but that",
        ),
        ("storage/retention_days", 30, "storage.retention_days is a setting of dynamodb only, but"),
        (
            "storage",
            {"type": "dynamodb", "max_write_units": 0},
            "storage.max_write_units is 0, but it must be greater than or equal to 1.",
        ),
        ("storage/magnetic_days", 73001, "storage.magnetic_days is 73001, but it must be less"),
        ("budget/monthly_usd", 0, "budget.monthly_usd is 0, but it must be greater"),
        ("budget/actual_percent", [0], "budget.actual_percent[0] is 0, but it must be greater"),
        ("budget/email", "nobody", 'budget.email is "nobody", but it must be an e-mail address'),
        ("poll_seconds", 7, "poll_seconds is 7, but it must be 5, 6, 10, 12, 15, 20, 30 or 60."),
        ("poll_seconds", 120, "poll_seconds is 120, but it must be 5, 6, 10"),
        ("alarms/queued_minutes", 5, "alarms.queued_minutes is 5, but it must be greater than"),
        (
            "alarms/queued_minutes",
            61,
            "alarms.queued_minutes is 61, but it must be a multiple of 5",
        ),
        ("alarms/query_minutes", 60, "alarms.query_minutes is 60, but it must be less than"),
        ("alarms/email", "nobody", 'alarms.email is "nobody", but it must be an e-mail address'),
        ("budget/fuse", "blown", 'budget.fuse is "blown", but it must be a valid boolean'),
        ("log_retention_days", 31, "log_retention_days is 31, but it must be 1, 3, 5"),
        ("deployment", "Bridge_Watch", 'deployment is "Bridge_Watch", but it must be 3 to 32'),
        ("deployment", "bw", 'deployment is "bw", but it must be 3 to 32'),
        ("deployment", "b" * 33, "but it must be 3 to 32"),
        ("sources/ndw/type", MISSING, "sources.ndw.type is missing, but it must be json or ndw."),
        ("sources/ndw/type", "xml", 'sources.ndw.type is "xml", but it must be json or ndw.'),
        ("sources/city/timeout_seconds", 0, "sources.city.timeout_seconds is 0, but"),
        ("sources/city/attempts", 6, "sources.city.attempts is 6, but"),
        ("sources/city/pointer", "status", 'sources.city.pointer is "status", but it must be a'),
        ("sources/city/url", "ftp://a", 'sources.city.url is "ftp://a", but it must be an address'),
        ("sources/city/url", "https://a:99999", "but it must be an address that starts with http"),
        ("sources/city/url", "https://[::1", "but it must be an address that starts with http"),
        ("sources/city/url", "https://a b/", "but it must be an address that starts with http"),
        ("sources/city/key/in", "body", 'sources.city.key.in is "body", but it must be header,'),
        ("sources/city/key/parameter", "a b", 'sources.city.key.parameter is "a b", but it must'),
        ("sources/city/statuses/up", "Up", 'sources.city.statuses.up is "Up", but it must be Open'),
        # Timestream's limits
        ("bridges/0/name", "å" * 129, "but it must be at most 256 bytes of UTF-8."),
        ("bridges/0/dimensions", {"time": "x"}, "bridges[0].dimensions.time is"),
        ("bridges/0/dimensions", {"Time": "x"}, "but in SQL it would stand for the column time"),
        ("bridges/0/dimensions", {"ts_x": "x"}, "but Timestream reserves it"),
        ("bridges/0/dimensions", {"measure_name_x": "x"}, "but Timestream reserves it"),
        ("bridges/0/dimensions", {"a:b": "x"}, 'dimensions.a:b is "a:b", but it must have no'),
        ("bridges/0/dimensions", {"d" * 61: "x"}, "but it must be at most 60 bytes of UTF-8."),
        ("bridges/0/dimensions", {"source": "x"}, "every record has that dimension already"),
        ("bridges/0/dimensions", {"city": ""}, 'bridges[0].dimensions.city is "", but'),
        ("bridges/0/dimensions", {"city": "x" * 2010}, "dimensions makes records of 2049 bytes"),
        (
            "bridges/0/dimensions",
            {f"d{n}": "x" for n in range(128)},
            "The bridges have 128 different dimensions between them, but a table takes 127",
        ),
        ("bridges/0/timezone", "Sweden/Gothenburg", "but it must be a time zone, such as Europe/"),
        ("bridges/0/timezone", "Europe", "but it must be a time zone, such as Europe/Stockholm."),
        # a value that must agree with another
        ("bridges/0/source", "town", 'bridges[0].source is "town", but it must be one of the'),
        ("bridges/0/name", "Schinkelbrug", 'bridges[1].name is "Schinkelbrug", but names must'),
        ("bridges/1/code", MISSING, "bridges[1].code is null, but a bridge of an ndw source"),
        ("bridges/1/code", "NLAMS0021222530000", "needs its ISRS code, such as NLAMS00"),
        ("bridges/1/code", "nlams002122253000074", "needs its ISRS code, such as NLAMS00"),
        ("sources/city/pointer", "/{code}", "bridges[0].code is null, but the source city tells"),
        ("sources/city/url", "https://a/{code}", "bridges[0].code is null, but the source city"),
        ("sources/city/statuses", {"up": "Open"}, "but some word must mean Closed."),
        ("sources/city/key/name", MISSING, "sources.city.key.name is null, but a header or query"),
        (
            "sources/city/key",
            {"parameter": "/city/key", "in": "header", "name": "the key"},
            'sources.city.key.name is "the key", but a header\'s name has no spaces',
        ),
        ("sources/city/url", "https://a/{key}", 'it must contain {key} if the key is "in": "path"'),
        ("sources/city/url", "http://a.example/", "a key is only sent over https, or to loopback."),
        ("sources/city/url", "http://127.0.0.1.example/", "a key is only sent over https"),
        ("sources/city/url", "http://10.0.0.1/", "a key is only sent over https"),
        ("budget/actual_percent", [80, 80], "budget.actual_percent is [80, 80], but its values"),
        ("budget/actual_percent", list(range(1, 11)), "budget has 11 thresholds, but AWS Budgets"),
        ("budget", {"actual_percent": [], "forecast_percent": []}, "budget has 0 thresholds"),
        ("storage/existing_key", "alias/mine", "but it must be the ARN of a KMS key, such as"),
        (
            "storage/existing_key",
            "arn:aws:kms:eu-west-1:123456789012:key/1",
            "but storage.existing is false: a new one takes a key by kms_key.",
        ),
    ],
)
def test_a_wrong_setting_is_one_sentence_with_its_key(
    key: str, value: object, sentence: str
) -> None:
    settings = changed(key, value)

    with pytest.raises(SettingsError) as error:
        parse_settings(settings)

    assert sentence in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("settings", "more"),
    [
        ({**RIGHT, "heartbeat_minutes": 0, "log_retention_days": 2}, "(and 1 more)"),
        (changed("bridges/0/source", "x") | {"sources": {"y": {"type": "ndw"}}}, "(and 1 more)"),
    ],
    ids=["wrong values", "disagreements"],
)
def test_of_several_mistakes_the_first_is_told_and_the_others_counted(
    settings: dict[str, Any], more: str
) -> None:
    with pytest.raises(SettingsError) as error:
        parse_settings(settings)

    assert str(error.value).endswith(more)


def test_a_mistake_in_the_only_bridge_is_one_mistake() -> None:
    settings = changed("bridges/0/name", "") | {"sources": {"city": RIGHT["sources"]["city"]}}
    del settings["bridges"][1]

    with pytest.raises(SettingsError) as error:
        parse_settings(settings)

    assert "more)" not in str(error.value)


def test_a_long_value_is_cut_in_the_sentence() -> None:
    with pytest.raises(SettingsError) as error:
        parse_settings(changed("bridges/0/name", "x" * 5000))

    assert len(str(error.value)) < 200


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("bridges/0/name", "å" * 128),
        ("sources/city/url", "http://localhost:8080/"),
        ("sources/city/url", "http://127.0.0.1:8080/"),
        ("sources/city/url", "http://[::1]:8080/"),
        ("sources/city/pointer", ""),
        ("sources/city/pointer", "/a~1b/~0/0"),
        ("sources/city/key", None),
        ("bridges/1/code", "NLRTM102C10317000001"),
        ("storage/memory_hours", 8766),
        ("deployment", "b-2"),
    ],
)
def test_values_at_the_edge_of_what_is_allowed_are_taken(key: str, value: object) -> None:
    parse_settings(changed(key, value))


def test_a_source_without_a_key_may_be_asked_over_http() -> None:
    settings = changed("sources/city/key", None)
    settings["sources"]["city"]["url"] = "http://city.example/bridge"

    assert parse_settings(settings).key_parameters() == ()


def test_settings_that_are_not_an_object_are_refused() -> None:
    with pytest.raises(SettingsError, match=r"^bridgewatch is \[\], but it must be an object\.$"):
        parse_settings([])


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.json cannot be read: No such file"):
        load_settings(tmp_path / "nowhere.json")


def test_a_file_that_is_not_json_is_named_with_the_line(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text('{\n"bridges": [}')

    with pytest.raises(SettingsError, match=r"settings\.json is not JSON: .*line 2"):
        load_settings(file)


def test_another_cdk_json_holds_settings_in_its_context(tmp_path: Path) -> None:
    file = tmp_path / "older.json"
    file.write_text(CDK_JSON.read_text())

    assert load_settings(file) == load_settings()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_are_right(example: Path) -> None:
    assert load_settings(example).bridges


@pytest.mark.skipif(not OPENINGS.exists(), reason=f"{OPENINGS} is not there")
def test_the_dutch_example_names_bridges_that_the_feed_has_reported() -> None:
    with OPENINGS.open(newline="") as file:
        reported = {row["bridge"] for row in csv.DictReader(file)}

    codes = {bridge.code for bridge in load_settings(ROOT / "examples/netherlands.json").bridges}
    assert len(codes) == 12
    assert codes <= reported


def test_cdk_json_spells_out_the_defaults() -> None:
    written = json.loads(CDK_JSON.read_text())["context"]["bridgewatch"]

    required = {key: written[key] for key in ("bridges", "sources")}

    assert parse_settings(written) == parse_settings(required)
    assert written.keys() == Settings.model_fields.keys()
    assert written["storage"].keys() == TimestreamStorage.model_fields.keys()
    assert written["alarms"].keys() == Alarms.model_fields.keys()
    assert written["budget"].keys() == Budget.model_fields.keys()


def test_what_the_poller_is_told_is_complete() -> None:
    configuration = parse_settings(RIGHT).poller_configuration()

    assert json.loads(json.dumps(configuration)) == {
        "heartbeat_seconds": 3600,
        "interval_seconds": 60,
        "bridges": [
            {
                "name": "Hisingsbron",
                "source": "city",
                "code": None,
                "dimensions": {"city": "Gothenburg"},
            },
            {
                "name": "Schinkelbrug",
                "source": "ndw",
                "code": "NLAMS002122253000074",
                "dimensions": {},
            },
        ],
        "sources": {
            "city": {
                "type": "json",
                "url": "https://city.example/bridge",
                "key": {"parameter": "/city/key", "in": "query", "name": "key"},
                "pointer": "/status",
                "statuses": {"up": "Open", "down": "Closed"},
                "timeout_seconds": 5,
                "attempts": 3,
                "backoff_seconds": 0.5,
                "max_bytes": 1_000_000,
                "concurrency": 4,
                "requests_per_second": None,
            },
            "ndw": {
                "type": "ndw",
                "url": "https://opendata.ndw.nu/actueel_beeld.xml.gz",
                "planned_url": None,
                "timeout_seconds": 5,
                "attempts": 3,
                "backoff_seconds": 0.5,
                "max_bytes": 256_000_000,
            },
        },
    }


def test_a_parameter_that_two_sources_share_is_named_once() -> None:
    settings = copy.deepcopy(RIGHT)
    settings["sources"]["town"] = settings["sources"]["city"]

    assert parse_settings(settings).key_parameters() == ("/city/key",)


NOTIFY: dict[str, Any] = {
    "targets": {
        "hook": {"type": "webhook", "url": "https://hooks.example.com/x", "parameter": "/a"},
        "topic": {"type": "topic"},
    },
    "rules": {"long": {"when": "open_for", "minutes": 60, "targets": ["hook", "topic"]}},
}


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("rules/long/targets", ["nobody"], "it must be one of the targets: hook, topic."),
        ("rules/long/bridges", ["Nobron"], "it must be one of the bridges: Hisingsbron."),
        ("rules/long/minutes", None, "notify.rules.long.minutes is null, but open_for, "),
        ("rules/long/when", "opens", "notify.rules.long.minutes is 60, but open_for, "),
        ("rules/long/hours", {"from": "9", "until": "10:00"}, "it must be a time of day"),
        ("rules/long/hours", {"from": "09:00", "until": "09:00"}, "it must differ from `from`"),
        ("rules/long/weekdays", ["Monday"], "it must be Mon, Tue"),
        ("targets/hook/url", "http://hooks.example.com", "it must be an address that starts"),
        ("targets/hook/url", "https://169.254.169.254/", "it must be an address of the internet"),
        ("targets/hook/url", "https://localhost/", "it must be an address of the internet"),
        ("targets/hook/url", "https://a:b@example.com/", "it must have neither a user nor"),
        ("targets/hook/url", None, "a webhook has one, and nothing else has"),
        ("targets/hook/parameter", None, "everything has one but the topic"),
        ("targets/hook/emails", ["a@example.com"], "only a topic has them"),
        ("targets/hook", {"type": "topic"}, "a deployment has one topic"),
        ("targets/topic/per_minute", 0, "notify.targets.topic.per_minute is 0, but it must be"),
    ],
)
def test_a_mistake_in_who_is_told_is_one_sentence(path: str, value: object, sentence: str) -> None:
    document = load_settings().model_dump(mode="json", by_alias=True)
    document["notify"] = json.loads(json.dumps(NOTIFY))
    *steps, field = path.split("/")
    parent = document["notify"]
    for step in steps:
        parent = parent[step]
    parent[field] = value

    with pytest.raises(SettingsError) as raised:
        parse_settings(document)

    assert sentence in str(raised.value)
    assert str(raised.value).startswith("notify.")


def test_a_table_that_is_taken_up_as_it_is_has_no_stream_to_tell_people_by() -> None:
    document = load_settings().model_dump(mode="json", by_alias=True)
    document |= {"notify": NOTIFY, "storage": {"type": "dynamodb", "existing": True}}

    with pytest.raises(SettingsError, match=r"need a table with a stream.*: leave them out, or"):
        parse_settings(document)

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridgewatch.settings import Bridge, Page, Settings, SettingsError, parse_settings
from bridgewatch.settings.page import slugs
from lambdas.page.configuration import PageConfiguration

SOURCES = {"ndw": {"type": "ndw"}}
CODE = "NLAMS002122253000074"


def named(*names: str) -> list[Bridge]:
    return [Bridge(name=name, source="ndw", code=CODE) for name in names]


def settings(page: Any, *names: str) -> Settings:  # noqa: ANN401 - whatever is typed
    bridges = [{"name": name, "source": "ndw", "code": CODE} for name in names or ("Bro",)]
    return parse_settings({"bridges": bridges, "sources": SOURCES, "page": page})


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Göta älvbron", "gota-alvbron"),
        ("Hisingsbron", "hisingsbron"),
        ("Most Łazienkowski", "most-lazienkowski"),
        ("Knippelsbro / Ø", "knippelsbro-o"),
        ("勝鬨橋", "sheng-hong-qiao"),
    ],
)
def test_a_slug_is_the_name_in_plain_letters(name: str, slug: str) -> None:
    assert slugs(named(name)) == [slug]


def test_those_who_share_one_are_told_apart_and_the_first_keeps_it() -> None:
    first, second, third = slugs(named("Göta älvbron", "Gota Alvbron", "gota-älvbron"))

    assert first == "gota-alvbron"
    assert second.startswith("gota-alvbron-")
    assert len({first, second, third}) == 3
    # A bridge at the end changes none of them.
    assert slugs(named("Göta älvbron", "Gota Alvbron", "gota-älvbron", "Ny"))[:3] == [
        first,
        second,
        third,
    ]


letters = st.characters(min_codepoint=32, codec="utf-8")  # settings refuse half a pair
names = st.lists(st.text(letters, min_size=1, max_size=60), unique=True)


@given(names)
def test_slugs_are_unique_and_fit_an_address(names: list[str]) -> None:
    found = slugs([Bridge.model_construct(name=name, source="ndw") for name in names])

    assert len(set(found)) == len(names)
    for slug in found:
        assert slug
        assert len(slug) <= 100
        assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


@pytest.mark.parametrize(
    ("typed", "page"),
    [
        (True, Page()),
        ({}, Page()),
        (False, None),
        (None, None),
        ({"title": "Bruggen"}, Page(title="Bruggen")),
    ],
)
def test_true_is_a_page_of_the_defaults(typed: Any, page: Page | None) -> None:  # noqa: ANN401 - whatever is typed
    assert settings(typed).page == page


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("yes", 'page is "yes", but it must be an object.'),
        ({"concurrency": 0}, "page.concurrency is 0, but it must be greater than or equal to 1."),
        ({"titel": "x"}, "page.titel is not a setting; docs/settings.md lists them."),
        (
            {"domain": {"name": "x.org", "certificate": "arn:aws:acm:eu-west-1:1:certificate/a"}},
            (
                'page.domain.certificate is "arn:aws:acm:eu-west-1:1:certificate/a", but it must '
                "be the ARN of a certificate in us-east-1: CloudFront takes no other."
            ),
        ),
        (
            {"domain": {"name": "https://x.org", "certificate": "c"}},
            (
                'page.domain.name is "https://x.org", but it must be a domain, such as '
                "bridges.example.org. (and 1 more)"
            ),
        ),
    ],
)
def test_a_wrong_setting_is_named(typed: Any, sentence: str) -> None:  # noqa: ANN401 - whatever is typed
    with pytest.raises(SettingsError) as error:
        settings(typed)

    assert str(error.value) == sentence


def test_the_page_understands_what_the_settings_write() -> None:
    written = settings({"title": "Bruggen"}, "Zeelandbrug", "Göta älvbron").page_configuration()

    read = PageConfiguration.parse(json.loads(json.dumps(written)))

    assert read.title == "Bruggen"
    assert list(read.by_slug) == ["zeelandbrug", "gota-alvbron"]
    assert read.valid_for.total_seconds() == 210

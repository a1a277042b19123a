"""What people read, in their language: what happened, since when, and how long that usually takes.

A sentence that only holds if something is known is left out where it is not; what is unknown is
said as unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.notifier.rules import Kind
from lambdas.observation import Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime, timedelta, tzinfo

    from lambdas.notifier.events import Event


@dataclass(frozen=True, slots=True)
class Language:
    """The words of a language; in braces what is filled in.

    :param titles: by what is told, in a few words.
    :param texts: by what is told, a sentence.
    :param unseen: instead of the text of OPENS and CLOSES, where nobody saw the change.
    :param lasted: after the text of CLOSES, if it is known.
    :param usual: how long openings usually last.
    :param statuses: by status; None is the unknown one.
    :param minutes: one, and several.
    :param weekdays: from Monday on, short.
    """

    titles: Mapping[Kind, str]
    texts: Mapping[Kind, str]
    unseen: Mapping[Kind, str]
    lasted: str
    usual: str
    statuses: Mapping[Status | None, str]
    minute: tuple[str, str]
    hour: tuple[str, str]
    weekdays: tuple[str, ...]


ENGLISH = Language(
    titles={
        Kind.OPENS: "{bridge} opens",
        Kind.CLOSES: "{bridge} is closed again",
        Kind.OPEN_FOR: "{bridge} has been open for {length}",
        Kind.UNKNOWN_FOR: "{bridge}: status unknown",
        Kind.KNOWN_AGAIN: "{bridge}: status known again",
        Kind.FLAPPING: "{bridge} keeps changing",
        Kind.CALM: "{bridge} is calm again",
        Kind.TEST: "A test of bridgewatch",
    },
    texts={
        Kind.OPENS: "{bridge} opened at {since}.",
        Kind.CLOSES: "{bridge} closed at {since}: the road is free.",
        Kind.OPEN_FOR: "{bridge} has been open for {length}, since {since}.",
        Kind.UNKNOWN_FOR: "Nobody knows whether {bridge} is open: it was seen last at {since}.",
        Kind.KNOWN_AGAIN: "The status of {bridge} is known again: {status}. It was unknown for "
        "{length}, from {since} to {time}.",
        Kind.FLAPPING: "{bridge} changed {changes} times within {length}, the last time at "
        "{since}. Perhaps its source is wrong. What follows is summed up.",
        Kind.CALM: "{bridge} changed {changes} times from {since} on, over {length}, and is "
        "{status} now.",
        Kind.TEST: "This is a test. Nothing happened at any bridge.",
    },
    unseen={
        Kind.OPENS: "{bridge} is open. Nobody saw it open: its status was unknown from {earliest} "
        "to {time}.",
        Kind.CLOSES: "{bridge} is closed. Nobody saw it close: its status was unknown from "
        "{earliest} to {time}.",
    },
    lasted="It was open for {length}.",
    usual="Openings usually last {usual}.",
    statuses={Status.OPEN: "open", Status.CLOSED: "closed", None: "unknown"},
    minute=("minute", "minutes"),
    hour=("hour", "hours"),
    weekdays=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
)

SWEDISH = Language(
    titles={
        Kind.OPENS: "{bridge} öppnas",
        Kind.CLOSES: "{bridge} är stängd igen",
        Kind.OPEN_FOR: "{bridge} har varit öppen i {length}",
        Kind.UNKNOWN_FOR: "{bridge}: okänt läge",
        Kind.KNOWN_AGAIN: "{bridge}: läget är känt igen",
        Kind.FLAPPING: "{bridge} ändrar sig hela tiden",
        Kind.CALM: "{bridge} är lugn igen",
        Kind.TEST: "Ett test av bridgewatch",
    },
    texts={
        Kind.OPENS: "{bridge} öppnades {since}.",
        Kind.CLOSES: "{bridge} stängdes {since}: vägen är fri.",
        Kind.OPEN_FOR: "{bridge} har varit öppen i {length}, sedan {since}.",
        Kind.UNKNOWN_FOR: "Ingen vet om {bridge} är öppen: den sågs senast {since}.",
        Kind.KNOWN_AGAIN: "Läget för {bridge} är känt igen: {status}. Det var okänt i {length}, "
        "från {since} till {time}.",
        Kind.FLAPPING: "{bridge} ändrade sig {changes} gånger inom {length}, senast {since}. "
        "Kanske har källan fel. Det som följer sammanfattas.",
        Kind.CALM: "{bridge} ändrade sig {changes} gånger från {since}, under {length}, och är nu "
        "{status}.",
        Kind.TEST: "Detta är ett test. Inget har hänt vid någon bro.",
    },
    unseen={
        Kind.OPENS: "{bridge} är öppen. Ingen såg den öppnas: läget var okänt från {earliest} till "
        "{time}.",
        Kind.CLOSES: "{bridge} är stängd. Ingen såg den stängas: läget var okänt från {earliest} "
        "till {time}.",
    },
    lasted="Den var öppen i {length}.",
    usual="Öppningar varar vanligen {usual}.",
    statuses={Status.OPEN: "öppen", Status.CLOSED: "stängd", None: "okänd"},
    minute=("minut", "minuter"),
    hour=("timme", "timmar"),
    weekdays=("mån", "tis", "ons", "tors", "fre", "lör", "sön"),
)

DUTCH = Language(
    titles={
        Kind.OPENS: "{bridge} gaat open",
        Kind.CLOSES: "{bridge} is weer dicht",
        Kind.OPEN_FOR: "{bridge} staat al {length} open",
        Kind.UNKNOWN_FOR: "{bridge}: status onbekend",
        Kind.KNOWN_AGAIN: "{bridge}: status weer bekend",
        Kind.FLAPPING: "{bridge} blijft veranderen",
        Kind.CALM: "{bridge} is weer rustig",
        Kind.TEST: "Een test van bridgewatch",
    },
    texts={
        Kind.OPENS: "{bridge} ging open om {since}.",
        Kind.CLOSES: "{bridge} ging dicht om {since}: de weg is vrij.",
        Kind.OPEN_FOR: "{bridge} staat al {length} open, sinds {since}.",
        Kind.UNKNOWN_FOR: "Niemand weet of {bridge} open is: de brug is voor het laatst gezien om "
        "{since}.",
        Kind.KNOWN_AGAIN: "De status van {bridge} is weer bekend: {status}. Die was {length} "
        "onbekend, van {since} tot {time}.",
        Kind.FLAPPING: "{bridge} veranderde {changes} keer binnen {length}, het laatst om {since}. "
        "Misschien klopt de bron niet. Wat volgt, wordt samengevat.",
        Kind.CALM: "{bridge} veranderde vanaf {since} {changes} keer, gedurende {length}, en is nu "
        "{status}.",
        Kind.TEST: "Dit is een test. Er is bij geen enkele brug iets gebeurd.",
    },
    unseen={
        Kind.OPENS: "{bridge} is open. Niemand zag de brug opengaan: de status was onbekend van "
        "{earliest} tot {time}.",
        Kind.CLOSES: "{bridge} is dicht. Niemand zag de brug dichtgaan: de status was onbekend van "
        "{earliest} tot {time}.",
    },
    lasted="De brug was {length} open.",
    usual="Een opening duurt meestal {usual}.",
    statuses={Status.OPEN: "open", Status.CLOSED: "dicht", None: "onbekend"},
    minute=("minuut", "minuten"),
    hour=("uur", "uur"),
    weekdays=("ma", "di", "wo", "do", "vr", "za", "zo"),
)

LANGUAGES: Mapping[str, Language] = {"en": ENGLISH, "sv": SWEDISH, "nl": DUTCH}

MINUTE = 60
MINUTES_AS_HOURS = 120
"""From so many minutes on, hours are said."""


@dataclass(frozen=True, slots=True)
class Message:
    """What one target is told.

    :param title: a few words.
    :param text: one to three sentences.
    """

    title: str
    text: str


def message(event: Event, language: Language, zone: tzinfo) -> Message:
    """Say an event in words.

    :param zone: the bridge's, in which times are told.
    """
    words = dict(_words(event, language, zone))
    unseen = event.kind in language.unseen and event.since is None
    sentences = [(language.unseen if unseen else language.texts)[event.kind]]
    if event.kind is Kind.CLOSES and event.length is not None and not unseen:
        sentences.append(language.lasted)
    if event.kind in {Kind.OPENS, Kind.OPEN_FOR} and event.usual is not None:
        sentences.append(language.usual)
    return Message(
        language.titles[event.kind].format_map(words),
        " ".join(sentence.format_map(words) for sentence in sentences),
    )


def _words(event: Event, language: Language, zone: tzinfo) -> Iterator[tuple[str, str]]:
    yield "bridge", event.bridge
    yield "status", language.statuses[event.status]
    yield "changes", str(event.changes)
    for name, length in (("length", event.length), ("usual", event.usual)):
        yield name, "?" if length is None else in_words(length, language)
    for name, time in (("since", event.since), ("earliest", event.earliest), ("time", event.time)):
        yield name, "?" if time is None else _clock(time, event.time, language, zone)


def in_words(length: timedelta, language: Language) -> str:
    """Say how long something is: in minutes, or in hours and minutes."""
    minutes = max(1, round(length.total_seconds() / MINUTE))
    if minutes < MINUTES_AS_HOURS:
        return f"{minutes} {language.minute[minutes != 1]}"
    hours, minutes = divmod(minutes, MINUTE)
    told = f"{hours} {language.hour[hours != 1]}"
    return f"{told} {minutes} {language.minute[minutes != 1]}" if minutes else told


def _clock(time: datetime, told: datetime, language: Language, zone: tzinfo) -> str:
    """Write a time as its clock shows it, with the day if that is not the event's own."""
    local = time.astimezone(zone)
    clock = f"{local:%H:%M}"
    if local.date() == told.astimezone(zone).date():
        return clock
    return f"{language.weekdays[local.weekday()]} {local.day}/{local.month} {clock}"

"""What the page says, in English, Swedish and Dutch, and how it writes times and lengths.

`Open` means that the span is raised: the words say what that means for who waits, because an "open
bridge" is open to ships in one mouth and to cars in another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from lambdas.page.verdict import Verdict

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True)
class Language:
    """One language.

    :param code: its ISO 639 code.
    :param name: what it calls itself.
    :param weekdays: from Monday, short.
    :param months: from January, short.
    :param units: of a length: seconds, minutes, hours, days.
    :param texts: by what they are for; `{}` and `{name}` are filled in.
    """

    code: str
    name: str
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    units: tuple[str, str, str, str]
    texts: Mapping[str, str]

    def __getitem__(self, key: str) -> str:
        return self.texts[key]

    def date(self, local: date) -> str:
        """Write a day: `Mon 1 Jun`."""
        return f"{self.weekdays[local.weekday()]} {local.day} {self.months[local.month - 1]}"

    def time(self, moment: datetime, zone: ZoneInfo, as_of: datetime) -> str:
        """Write a moment on a clock: the time alone if it is of the same day as `as_of`."""
        local = moment.astimezone(zone)
        clock = f"{local:%H:%M}" + (" UTC" if zone.key == "UTC" else "")
        if local.date() == as_of.astimezone(zone).date():
            return clock
        return f"{self.date(local)} {clock}"

    def length(self, length: timedelta) -> str:
        """Write how long something lasts: `42 s`, `8 min`, `1 h 12 min`, `3 d 4 h`."""
        seconds, minutes, hours, days = self.units
        whole = round(length / MINUTE)
        if length < MINUTE:
            return f"{round(length.total_seconds())} {seconds}"
        if whole < 60:  # noqa: PLR2004 - minutes
            return f"{whole} {minutes}"
        if length < 48 * HOUR:
            parts = ((whole // 60, hours), (whole % 60, minutes))
        else:
            all_hours = round(length / HOUR)
            parts = ((all_hours // 24, days), (all_hours % 24, hours))
        return " ".join(f"{count} {unit}" for count, unit in parts if count)

    def status(self, verdict: Verdict) -> str:
        """Name a bridge's status in a word."""
        return self[f"status.{verdict.status or 'Unknown'}"]


ENGLISH = Language(
    "en",
    "English",
    ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    ("s", "min", "h", "d"),
    {
        "question": "May I drive?",
        "status.Closed": "Closed",
        "status.Open": "Open",
        "status.Unknown": "Unknown",
        "answer.Closed": "Yes",
        "answer.Open": "No",
        "answer.Unknown": "Unknown",
        "means.Closed": "The bridge is down and the road is free.",
        "means.Open": "The bridge is raised and traffic waits.",
        "since": "since {}",
        "unknown.poller": "Unknown since {}: nobody has asked the bridge since then.",
        "unknown.source": "Unknown since {}: we ask, but the bridge's source does not answer.",
        "unknown.stale": "Unknown since {}: this page has had no fresh answer since then.",
        "unknown.never": "Nothing is known of this bridge yet.",
        "last": "It was {status} then.",
        "usual": "Usually over within {median}; 4 of 5 openings within {most}.",
        "usual.next": "An opening usually lasts {median}; 4 of 5 last at most {most}.",
        "usual.basis": "From {} openings of the last 30 days that lasted as long.",
        "checked": "checked at {}",
        "hours": "The last 24 hours",
        "week": "The last 7 days",
        "month": "The last 30 days",
        "strips": "Each interval is drawn as long as it was. Times are {zone}.",
        "row": "{day}: {openings} openings, {open} open",
        "row.unknown": "{} unknown",
        "day": "Day",
        "openings": "Openings",
        "planned": "Planned openings",
        "planned.certain": "certain",
        "planned.probable": "probable",
        "planned.riskOf": "possible",
        "planned.note": "As the source announces them: not every one takes place.",
        "opened": "Opened",
        "closed": "Closed again",
        "lasted": "Lasted",
        "lasting": "still open",
        "not.seen": "not seen",
        "none": "No openings were seen.",
        "older": "The newest {shown} of {all}. All of them: ",
        "when": "When it opens",
        "heat": "Openings that began in each hour of the week, in the last 30 days",
        "hour": "Hour",
        "per.day": "openings a day",
        "longest": "the longest",
        "mean": "on average",
        "share": "of the time open",
        "known": "of the time known",
        "bridges": "Bridges",
        "search": "Search for a bridge",
        "found.none": "No bridge is called that.",
        "overview": "{open} open, {closed} closed, {unknown} unknown",
        "all": "All bridges",
        "programs": "For programs",
        "feed": "Feed of changes",
        "calendar": "Calendar",
        "badge": "Badge",
        "api": "API",
        "language": "Language",
        "skip": "Skip to the answer",
        "error.404": "There is no such page.",
        "error.405": "This can only be read: GET or HEAD.",
        "error.414": "That address is too long.",
        "error.500": "Something went wrong here. The next try may succeed.",
        "error.503": "The page cannot read what it shows right now. Please try again in a minute.",
        "error.unknown": "Whether a bridge is open is unknown.",
        "about": "What the bridges' own sources tell, asked every {}. Without warranty: "
        "the signals at the bridge count.",
    },
)

SWEDISH = Language(
    "sv",
    "Svenska",
    ("mån", "tis", "ons", "tors", "fre", "lör", "sön"),
    ("jan", "feb", "mars", "apr", "maj", "juni", "juli", "aug", "sep", "okt", "nov", "dec"),
    ("s", "min", "tim", "d"),
    {
        "question": "Får jag köra?",
        "status.Closed": "Stängd",
        "status.Open": "Öppen",
        "status.Unknown": "Okänt",
        "answer.Closed": "Ja",
        "answer.Open": "Nej",
        "answer.Unknown": "Okänt",
        "means.Closed": "Bron är nere och vägen är fri.",
        "means.Open": "Bron är uppfälld och trafiken väntar.",
        "since": "sedan {}",
        "unknown.poller": "Okänt sedan {}: ingen har frågat bron sedan dess.",
        "unknown.source": "Okänt sedan {}: vi frågar, men brons källa svarar inte.",
        "unknown.stale": "Okänt sedan {}: sidan har inte fått något färskt svar sedan dess.",
        "unknown.never": "Ännu är inget känt om den här bron.",
        "last": "Då var den {status}.",
        "usual": "Brukar vara över inom {median}; 4 av 5 öppningar inom {most}.",
        "usual.next": "En öppning brukar vara i {median}; 4 av 5 varar högst {most}.",
        "usual.basis": "Av {} öppningar de senaste 30 dagarna som varade lika länge.",
        "checked": "kontrollerat {}",
        "hours": "De senaste 24 timmarna",
        "week": "De senaste 7 dagarna",
        "month": "De senaste 30 dagarna",
        "strips": "Varje tid är ritad så lång som den var. Tiderna är {zone}.",
        "row": "{day}: {openings} öppningar, öppen {open}",
        "row.unknown": "okänt {}",
        "day": "Dag",
        "openings": "Öppningar",
        "planned": "Planerade öppningar",
        "planned.certain": "säker",
        "planned.probable": "trolig",
        "planned.riskOf": "möjlig",
        "planned.note": "Som källan meddelar dem: alla blir inte av.",
        "opened": "Öppnade",
        "closed": "Stängde igen",
        "lasted": "Varade",
        "lasting": "fortfarande öppen",
        "not.seen": "inte sett",
        "none": "Inga öppningar sågs.",
        "older": "De {shown} senaste av {all}. Alla: ",
        "when": "När den öppnar",
        "heat": "Öppningar som började under veckans timmar, de senaste 30 dagarna",
        "hour": "Timme",
        "per.day": "öppningar om dagen",
        "longest": "den längsta",
        "mean": "i genomsnitt",
        "share": "av tiden öppen",
        "known": "av tiden känd",
        "bridges": "Broar",
        "search": "Sök en bro",
        "found.none": "Ingen bro heter så.",
        "overview": "{open} öppna, {closed} stängda, {unknown} okända",
        "all": "Alla broar",
        "programs": "För program",
        "feed": "Flöde av ändringar",
        "calendar": "Kalender",
        "badge": "Märke",
        "api": "API",
        "language": "Språk",
        "skip": "Hoppa till svaret",
        "error.404": "Den sidan finns inte.",
        "error.405": "Här går det bara att läsa: GET eller HEAD.",
        "error.414": "Adressen är för lång.",
        "error.500": "Något gick fel här. Nästa försök kan lyckas.",
        "error.503": "Sidan kan inte läsa det som den visar just nu. Försök igen om en minut.",
        "error.unknown": "Om en bro är öppen är okänt.",
        "about": "Det som broarnas egna källor berättar, frågade var {}. Utan garanti: "
        "signalerna vid bron gäller.",
    },
)

DUTCH = Language(
    "nl",
    "Nederlands",
    ("ma", "di", "wo", "do", "vr", "za", "zo"),
    ("jan", "feb", "mrt", "apr", "mei", "juni", "juli", "aug", "sep", "okt", "nov", "dec"),
    ("s", "min", "uur", "d"),
    {
        "question": "Mag ik rijden?",
        "status.Closed": "Dicht",
        "status.Open": "Open",
        "status.Unknown": "Onbekend",
        "answer.Closed": "Ja",
        "answer.Open": "Nee",
        "answer.Unknown": "Onbekend",
        "means.Closed": "De brug is dicht en de weg is vrij.",
        "means.Open": "De brug staat open en het verkeer wacht.",
        "since": "sinds {}",
        "unknown.poller": "Onbekend sinds {}: niemand heeft de brug sindsdien gevraagd.",
        "unknown.source": "Onbekend sinds {}: we vragen, maar de bron van de brug antwoordt niet.",
        "unknown.stale": "Onbekend sinds {}: deze pagina kreeg sindsdien geen vers antwoord.",
        "unknown.never": "Van deze brug is nog niets bekend.",
        "last": "Toen was ze {status}.",
        "usual": "Meestal voorbij binnen {median}; 4 van de 5 openingen binnen {most}.",
        "usual.next": "Een opening duurt meestal {median}; 4 van de 5 hoogstens {most}.",
        "usual.basis": "Uit {} openingen van de laatste 30 dagen die even lang duurden.",
        "checked": "gecontroleerd om {}",
        "hours": "De laatste 24 uur",
        "week": "De laatste 7 dagen",
        "month": "De laatste 30 dagen",
        "strips": "Elke tijd is zo lang getekend als hij was. Tijden zijn {zone}.",
        "row": "{day}: {openings} openingen, {open} open",
        "row.unknown": "{} onbekend",
        "day": "Dag",
        "openings": "Openingen",
        "planned": "Geplande openingen",
        "planned.certain": "zeker",
        "planned.probable": "waarschijnlijk",
        "planned.riskOf": "mogelijk",
        "planned.note": "Zoals de bron ze aankondigt: niet elke gaat door.",
        "opened": "Ging open",
        "closed": "Weer dicht",
        "lasted": "Duurde",
        "lasting": "nog open",
        "not.seen": "niet gezien",
        "none": "Er zijn geen openingen gezien.",
        "older": "De nieuwste {shown} van {all}. Allemaal: ",
        "when": "Wanneer ze opengaat",
        "heat": "Openingen die begonnen in elk uur van de week, in de laatste 30 dagen",
        "hour": "Uur",
        "per.day": "openingen per dag",
        "longest": "de langste",
        "mean": "gemiddeld",
        "share": "van de tijd open",
        "known": "van de tijd bekend",
        "bridges": "Bruggen",
        "search": "Zoek een brug",
        "found.none": "Geen brug heet zo.",
        "overview": "{open} open, {closed} dicht, {unknown} onbekend",
        "all": "Alle bruggen",
        "programs": "Voor programma's",
        "feed": "Feed van veranderingen",
        "calendar": "Agenda",
        "badge": "Badge",
        "api": "API",
        "language": "Taal",
        "skip": "Naar het antwoord",
        "error.404": "Die pagina bestaat niet.",
        "error.405": "Hier kan alleen gelezen worden: GET of HEAD.",
        "error.414": "Dat adres is te lang.",
        "error.500": "Er ging hier iets mis. Een volgende poging kan lukken.",
        "error.503": "De pagina kan nu niet lezen wat ze toont. Probeer het over een minuut weer.",
        "error.unknown": "Of een brug open is, is onbekend.",
        "about": "Wat de bronnen van de bruggen zelf vertellen, elke {} gevraagd. Zonder garantie: "
        "de seinen bij de brug gelden.",
    },
)

LANGUAGES: Mapping[str, Language] = {one.code: one for one in (ENGLISH, SWEDISH, DUTCH)}


def preferred(accept_language: str) -> Language:
    """Choose what a browser prefers of the languages there are (RFC 9110, 12.5.4)."""
    best, chosen = 0.0, ENGLISH
    for part in accept_language.split(","):
        tag, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        try:
            weight = float(quality)
        except ValueError:
            continue
        language = LANGUAGES.get(tag.partition("-")[0])
        if language and weight > best:
            best, chosen = weight, language
    return chosen


def utc(moment: datetime) -> str:
    """Write a moment for programs: RFC 3339, in UTC, with whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

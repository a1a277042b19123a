"""Which address gives what. Every answer is made here, errors included."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from lambdas.page import api, assets, feeds
from lambdas.page.configuration import PageBridge
from lambdas.page.http import (
    ERROR_SECONDS,
    FOREVER,
    PREFLIGHT,
    Request,
    Response,
    as_json,
    brief,
    problem,
)
from lambdas.page.openapi import document
from lambdas.page.words import LANGUAGES, Language, preferred
from lambdas.store import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.page.pages import Pages
    from lambdas.page.site import Site

LONGEST_PATH = 512
READ = frozenset({"GET", "HEAD"})

HTML = "text/html; charset=utf-8"
PROGRAMS = ("/api/", "/metrics")
"""Who asks for these is a program, and reads JSON when something is wrong."""

NOT_FOUND_SECONDS = 60
CONSTANT_SECONDS = 3600

# Either names a language: it then shows in the links of the page.
_LANGUAGE = re.compile(rf"/({'|'.join(LANGUAGES)})(?=/|$)")
_SLUG = r"(?P<slug>[a-z0-9-]{1,100})"


NO_BRIDGE = PageBridge("", "", "UTC", "")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, and what its address means.

    :param chosen: whether the address names the language.
    :param bridge: the bridge that it names; NO_BRIDGE where it names none.
    :param name: the file that it names.
    """

    request: Request
    language: Language
    chosen: bool
    bridge: PageBridge
    name: str


class Routes:
    """Answers requests.

    :param trouble: told of what failed, before an error is answered.
    """

    def __init__(self, site: Site, pages: Pages, trouble: Callable[[Exception], None]) -> None:
        self._site = site
        self._pages = pages
        self._trouble = trouble
        self._routes: list[tuple[re.Pattern[str], Callable[[Asked], Response]]] = [
            (re.compile(pattern), answer)
            for pattern, answer in (
                ("/", self._home),
                (f"/bridges/{_SLUG}", self._bridge),
                (f"/bridges/{_SLUG}/badge\\.svg", self._badge),
                (f"/bridges/{_SLUG}/changes\\.atom", self._atom),
                (f"/bridges/{_SLUG}/openings\\.ics", self._calendar),
                (f"/bridges/{_SLUG}/preview\\.png", self._preview),
                ("/preview\\.png", self._preview_of_all),
                ("/api/bridges\\.json", self._api_bridges),
                ("/api/openapi\\.json", self._openapi),
                (f"/api/bridges/{_SLUG}\\.json", self._api_bridge),
                (f"/api/bridges/{_SLUG}/shields\\.json", self._shields),
                ("/metrics", self._metrics),
                ("/robots\\.txt", self._robots),
                ("/assets/[0-9a-f]{12}/(?P<name>[a-z-]+\\.(?:css|js|svg))", self._asset),
            )
        ]

    def answer(self, request: Request) -> Response:
        """Answer a request; never raises."""
        try:
            return self._answer(request).to(request)
        except StoreError as error:
            self._trouble(error)
            return self._error(HTTPStatus.SERVICE_UNAVAILABLE, request).to(request)
        except Exception as error:  # noqa: BLE001 - a visitor gets an answer, never a stack trace
            self._trouble(error)
            return self._error(HTTPStatus.INTERNAL_SERVER_ERROR, request).to(request)

    def _answer(self, request: Request) -> Response:
        if len(request.path) > LONGEST_PATH:
            return self._error(HTTPStatus.REQUEST_URI_TOO_LONG, request)
        if request.method == "OPTIONS":
            cache = f"public, max-age={CONSTANT_SECONDS}"
            return Response(HTTPStatus.NO_CONTENT, b"", "text/plain", cache, PREFLIGHT)
        if request.method not in READ:
            return self._error(HTTPStatus.METHOD_NOT_ALLOWED, request)
        path, language, chosen = _language(request)
        for pattern, answer in self._routes:
            if match := pattern.fullmatch(path):
                named = match.groupdict()
                bridges = self._site.configuration.by_slug
                if "slug" in named and named["slug"] not in bridges:
                    break
                bridge = bridges.get(named.get("slug", ""), NO_BRIDGE)
                return answer(Asked(request, language, chosen, bridge, named.get("name", "")))
        return self._error(HTTPStatus.NOT_FOUND, request)

    def _error(self, status: HTTPStatus, request: Request) -> Response:
        path, language, chosen = _language(request)
        seconds = NOT_FOUND_SECONDS if status is HTTPStatus.NOT_FOUND else ERROR_SECONDS
        if path.startswith(PROGRAMS):
            found = problem(status, language[f"error.{status.value}"], seconds)
        else:
            body = self._pages.error(status, language, chosen=chosen)
            found = Response(status, body, HTML, f"public, max-age=0, s-maxage={seconds}")
        if status is HTTPStatus.METHOD_NOT_ALLOWED:
            return Response(
                found.status,
                found.body,
                found.content_type,
                found.cache,
                {"Allow": "GET, HEAD, OPTIONS"},
            )
        return found

    def _home(self, asked: Asked) -> Response:
        bridges = self._site.configuration.bridges
        if len(bridges) == 1:
            return self._bridge(replace(asked, bridge=bridges[0]))
        moment = self._site.moment()
        glances = self._site.glances(moment)
        body = self._pages.overview(
            glances, moment, asked.language, base=asked.request.base, chosen=asked.chosen
        )
        cache = self._site.cache(moment, [one.verdict for one in glances])
        return Response(HTTPStatus.OK, body, HTML, cache)

    def _bridge(self, asked: Asked) -> Response:
        moment = self._site.moment()
        view = self._site.view(asked.bridge, moment)
        planned = self._site.planned(asked.bridge, moment)
        body = self._pages.bridge(
            view, planned, asked.language, base=asked.request.base, chosen=asked.chosen
        )
        return Response(HTTPStatus.OK, body, HTML, self._site.cache(moment, [view.verdict]))

    def _badge(self, asked: Asked) -> Response:
        moment = self._site.moment()
        told = self._site.verdict(asked.bridge, moment)
        body = self._pages.badge(asked.bridge, told, moment.as_of)
        return Response(HTTPStatus.OK, body, "image/svg+xml", self._site.cache(moment, [told]))

    def _shields(self, asked: Asked) -> Response:
        moment = self._site.moment()
        told = self._site.verdict(asked.bridge, moment)
        return as_json(
            api.shields(asked.bridge, told, moment.as_of), self._site.cache(moment, [told])
        )

    def _atom(self, asked: Asked) -> Response:
        moment = self._site.moment()
        view = self._site.view(asked.bridge, moment)
        body = feeds.atom(view, asked.request.base, asked.language)
        cache = self._site.cache(moment, [view.verdict])
        return Response(HTTPStatus.OK, body, "application/atom+xml; charset=utf-8", cache)

    def _calendar(self, asked: Asked) -> Response:
        moment = self._site.moment()
        view = self._site.view(asked.bridge, moment)
        planned = self._site.planned(asked.bridge, moment)
        body = feeds.calendar(view, planned, asked.request.base, asked.language)
        cache = self._site.cache(moment, [view.verdict])
        return Response(HTTPStatus.OK, body, "text/calendar; charset=utf-8", cache)

    def _preview(self, asked: Asked) -> Response:
        moment = self._site.moment()
        told = self._site.verdict(asked.bridge, moment)
        body = assets.content(assets.preview(told.status or api.UNKNOWN, asked.language.code))
        return Response(HTTPStatus.OK, body, "image/png", self._site.cache(moment, [told]))

    def _preview_of_all(self, asked: Asked) -> Response:
        bridges = self._site.configuration.bridges
        if len(bridges) == 1:
            return self._preview(replace(asked, bridge=bridges[0]))
        moment = self._site.moment()
        told = [one for _, one in self._site.verdicts(moment)]
        statuses = {one.status or api.UNKNOWN for one in told}
        # Of several bridges one picture can only say what is the same of all.
        status = statuses.pop() if len(statuses) == 1 else api.UNKNOWN
        body = assets.content(assets.preview(status, asked.language.code))
        return Response(HTTPStatus.OK, body, "image/png", self._site.cache(moment, told))

    def _api_bridges(self, asked: Asked) -> Response:
        moment = self._site.moment()
        told = self._site.verdicts(moment)
        cache = self._site.cache(moment, [one for _, one in told])
        return as_json(api.bridges(moment, told, asked.request.base), cache)

    def _api_bridge(self, asked: Asked) -> Response:
        moment = self._site.moment()
        view = self._site.view(asked.bridge, moment)
        planned = self._site.planned(asked.bridge, moment)
        cache = self._site.cache(moment, [view.verdict])
        return as_json(api.whole(view, planned, asked.request.base), cache)

    def _metrics(self, _asked: Asked) -> Response:
        moment = self._site.moment()
        told = self._site.verdicts(moment)
        kind = "text/plain; version=0.0.4; charset=utf-8"
        cache = self._site.cache(moment, [one for _, one in told])
        return Response(HTTPStatus.OK, feeds.metrics(moment, told), kind, cache)

    def _openapi(self, asked: Asked) -> Response:
        title = self._site.configuration.title
        return as_json(document(title, asked.request.base), brief(CONSTANT_SECONDS))

    def _robots(self, _asked: Asked) -> Response:
        return Response(
            HTTPStatus.OK,
            b"User-agent: *\nAllow: /\n",
            "text/plain; charset=utf-8",
            f"public, max-age={CONSTANT_SECONDS}",
        )

    def _asset(self, asked: Asked) -> Response:
        address = assets.addresses().get(asked.name)
        if address is None:
            return self._error(HTTPStatus.NOT_FOUND, asked.request)
        # A page of another version may ask while a deployment is under way: it gets this one's.
        cache = FOREVER if asked.request.path == address else brief(NOT_FOUND_SECONDS)
        return Response(HTTPStatus.OK, assets.content(asked.name), assets.kind(asked.name), cache)


def _language(request: Request) -> tuple[str, Language, bool]:
    """Give the path without its language, the language, and whether the path names it."""
    if match := _LANGUAGE.match(request.path):
        return request.path[match.end() :] or "/", LANGUAGES[match[1]], True
    return request.path, preferred(request.headers.get("accept-language", "")), False

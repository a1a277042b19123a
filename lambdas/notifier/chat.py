"""Chats, phones and mail, by Apprise (https://appriseit.com), within this project's bounds.

Apprise knows how to talk to each service, and follows redirects, reads answers of any length, obeys
proxies of the environment and waits as long as it is told. Here it does none of that: its plugins
are handed a session of requests that does not. Only the plugin that is needed is loaded: all of
them take two seconds.
"""

from __future__ import annotations

import importlib
import logging
import threading
from typing import TYPE_CHECKING, Any

import requests

from lambdas.header_timeout import HeaderTimeoutAdapter
from lambdas.notifier.outcome import Outcome
from lambdas.notifier.trust import trust
from lambdas.notifier.webhook import answered
from lambdas.retry_after import seconds_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.notifier.outcome import Letter

ANSWER_BYTES = 64 * 1024

PLUGINS = {
    "ntfy": ("apprise.plugins.ntfy", "NotifyNtfy"),
    "slack": ("apprise.plugins.slack", "NotifySlack"),
    "discord": ("apprise.plugins.discord", "NotifyDiscord"),
    "telegram": ("apprise.plugins.telegram", "NotifyTelegram"),
    "email": ("apprise.plugins.email.base", "NotifyEmail"),
}


class BadAddressError(Exception):
    """An address is none of the target's type; the text says so, and nothing of the address."""


class Chat:
    """One chat, phone or mailbox.

    :param kind: which service: a key of `PLUGINS`.
    :param address: gives its address as Apprise writes it; it holds secrets.
    """

    def __init__(self, kind: str, address: Callable[[], str]) -> None:
        self._kind = kind
        self._address = address

    def send(self, letter: Letter, timeout: float) -> Outcome:
        """Send it once."""
        try:
            plugin = load(self._kind, self._address(), timeout)
        except BadAddressError as error:
            return Outcome(delivered=False, said=str(error))
        _line.last = None
        delivered = plugin.notify(title=letter.message.title, body=letter.message.text)
        if delivered:
            return Outcome(delivered=True, said=f"{self._kind} took it")
        return _line.outcome()


def load(kind: str, address: str, timeout: float) -> Any:  # noqa: ANN401 - one of Apprise's plugins
    """Load the plugin for an address.

    :raises BadAddressError: if it is no address of that service, or not an encrypted one.
    """
    # Its log lines quote addresses.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    module_name, name = PLUGINS[kind]
    module: Any = importlib.import_module(module_name)
    plugin_class = getattr(module, name)
    if hasattr(module, "requests"):
        module.requests = _BOUNDED
    plugin = None
    try:
        parsed = plugin_class.parse_url(address)
        if parsed and parsed["schema"] in _schemas(plugin_class):
            plugin = plugin_class(**parsed, asset=_asset())
    except Exception:  # noqa: BLE001, S110 - its text may quote the address
        pass
    if plugin is None or not _is_encrypted(kind, plugin):
        # Outside of the except block, so that no exception with the address in it is its context.
        raise BadAddressError(f"its secret is not the address of an encrypted {kind} service")
    plugin.redirects = False
    plugin.socket_connect_timeout = plugin.socket_read_timeout = timeout
    return plugin


HOSTS = {
    "slack": "hooks.slack.com",
    "discord": "discord.com",
    "telegram": "api.telegram.org",
    "ntfy": "ntfy.sh",
}


def host_of(kind: str, plugin: Any) -> tuple[str, int, bool]:  # noqa: ANN401 - what `load` gave
    """Tell which server a plugin talks to, at which port, and whether TLS begins at once."""
    if kind == "email":
        at_once = plugin.secure_mode == "ssl"
        return plugin.smtp_host, plugin.port or (465 if at_once else 587), at_once
    if kind == "ntfy" and plugin.mode != "cloud":
        return plugin.host, plugin.port or 443, True
    return HOSTS[kind], 443, True


def _asset() -> Any:  # noqa: ANN401 - one of Apprise's
    """Say whose messages they are, and show no pictures of Apprise's site."""
    from apprise.asset import AppriseAsset  # noqa: PLC0415 - loaded with the first plugin

    asset = AppriseAsset(app_id="bridgewatch", app_desc="bridgewatch", http_redirects=False)
    asset.image_url_mask = asset.image_url_logo = ""
    return asset


def _schemas(plugin_class: Any) -> set[str]:  # noqa: ANN401 - likewise
    found: set[str] = set()
    for schemas in (plugin_class.protocol, plugin_class.secure_protocol):
        found |= {schemas} if isinstance(schemas, str) else set(schemas or ())
    return found


def _is_encrypted(kind: str, plugin: Any) -> bool:  # noqa: ANN401 - likewise
    if not plugin.verify_certificate:
        return False
    if kind == "ntfy":
        # Without a host it is ntfy.sh, which is asked by https whatever the address says.
        return bool(plugin.secure or plugin.mode == "cloud")
    if kind == "email":
        return plugin.secure_mode in {"ssl", "starttls"}
    return True


class _Line(threading.local):
    """What the last request of this thread was answered."""

    def __init__(self) -> None:
        self.last: Outcome | None = None

    def outcome(self) -> Outcome:
        """Say why the service did not take a message."""
        return self.last or Outcome(delivered=False, said="no connection, or it refused")


_line = _Line()


class _Adapter(HeaderTimeoutAdapter):
    """Believes whom webhooks believe."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as requests has it
        super().init_poolmanager(*args, **{**kwargs, "ssl_context": trust()})


class _Requests:
    """What Apprise's plugins use of the package requests, within bounds."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever requests has
        return getattr(requests, name)

    def post(self, url: str, data: Any = None, json: Any = None, **options: Any) -> Any:  # noqa: ANN401 - as requests has it
        """As `requests.post`."""
        return self.request("POST", url, data=data, json=json, **options)

    def get(self, url: str, params: Any = None, **options: Any) -> Any:  # noqa: ANN401 - likewise
        """As `requests.get`."""
        return self.request("GET", url, params=params, **options)

    def request(self, method: str, url: str, **options: Any) -> requests.Response:  # noqa: ANN401 - likewise
        """As `requests.request`, without redirects and proxies, and with the answer's beginning."""
        with requests.Session() as session:
            session.trust_env = False
            session.mount("https://", _Adapter())
            options |= {"allow_redirects": False, "stream": True, "verify": True}
            try:
                response = session.request(method, url, **options)
            except requests.Timeout:
                _line.last = Outcome(delivered=False, said="no answer in time")
                raise
            response._content = response.raw.read1(ANSWER_BYTES, decode_content=True)  # noqa: SLF001 - what is read of it
            response._content_consumed = True  # type: ignore[attr-defined] # noqa: SLF001 - likewise
        patience = seconds_of(response.headers.get("Retry-After", ""))
        _line.last = answered(response.status_code, patience)
        if _line.last.delivered:
            # It was said with a success that it failed: Slack does.
            _line.last = Outcome(delivered=False, said=f"{_line.last.said}, but it refused")
        return response


_BOUNDED = _Requests()

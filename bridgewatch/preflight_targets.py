"""What has to be so before people can be told: secrets that are there, and targets that answer.

Nothing here sends anything: `notify test` does, once it is deployed.
"""

from __future__ import annotations

import socket
import ssl
from functools import partial
from typing import TYPE_CHECKING

from lambdas.notifier.addresses import ForbiddenAddressError, public_address, resolve
from lambdas.notifier.chat import BadAddressError, host_of, load
from lambdas.notifier.signing import SecretError, key_of
from lambdas.notifier.trust import trust

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import boto3

    from bridgewatch.settings import Settings
    from bridgewatch.settings.notify import Target

CONNECT_SECONDS = 10.0


class TargetError(Exception):
    """A target cannot be told anything; the text says why, and what to do."""


def target_checks(settings: Settings) -> Iterator[tuple[str, Callable[[boto3.Session], str]]]:
    """Give the checks of the targets that rules name: a title, and what looks at it.

    They raise TargetError.
    """
    named = dict.fromkeys(name for rule in settings.notify.rules.values() for name in rule.targets)
    for name in named:
        target = settings.notify.targets[name]
        if target.parameter:
            yield f"target {name}", partial(_check, target=target, parameter=target.parameter)


def _check(session: boto3.Session, target: Target, parameter: str) -> str:
    secret = _secret(session, target, parameter)
    try:
        if target.type == "webhook":
            key_of(secret)
            host, port, by_tls = target.host, target.port, True
        else:
            host, port, by_tls = host_of(target.type, load(target.type, secret, CONNECT_SECONDS))
    except (SecretError, BadAddressError) as error:
        raise TargetError(f"The parameter {parameter}: {error}.") from None
    try:
        address = public_address(host, port, resolve) if target.type == "webhook" else host
        with socket.create_connection((address, port), CONNECT_SECONDS) as line:
            if by_tls:
                trust().wrap_socket(line, server_hostname=host).close()
    except ForbiddenAddressError as error:
        raise TargetError(f"{host} is refused: {error}.") from error
    except ssl.SSLError as error:
        raise TargetError(f"The certificate of {host} cannot be verified.") from error
    except OSError as error:
        raise TargetError(f"{host} does not answer at port {port}.") from error
    return f"its secret is in {parameter}, and {host} answers"


def _secret(session: boto3.Session, target: Target, parameter: str) -> str:
    what = "what it is signed with" if target.type == "webhook" else "its address"
    put = f"`aws ssm put-parameter --type SecureString --name {parameter} --value SECRET`"
    ssm = session.client("ssm")
    try:
        found = ssm.get_parameter(Name=parameter, WithDecryption=True)["Parameter"]
    except ssm.exceptions.ParameterNotFound:
        raise TargetError(f"There is no parameter {parameter}, to hold {what}: {put}.") from None
    if found["Type"] != "SecureString":
        raise TargetError(
            f"The parameter {parameter} is a {found['Type']}, which keeps {what} unencrypted: "
            f"delete it, then {put}."
        )
    return found["Value"].strip()

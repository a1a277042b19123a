"""AWS's SDK, as every store uses it: where AWS is, and what its errors mean."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    NoRegionError,
    ParamValidationError,
    ProfileNotFound,
)

from lambdas.errors import rule_of
from lambdas.store import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from botocore.awsrequest import AWSResponse
    from botocore.model import OperationModel


@dataclass(frozen=True)
class Connection:
    """Where AWS is, when it isn't where the environment says.

    :param profile: the profile that holds the credentials.
    :param region: the region.
    :param endpoint_url: another address than AWS's.
    """

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None

    def session(self) -> boto3.Session:
        """Give boto3's session of it: one for all its clients, which takes a third of a second."""
        return self._session

    @cached_property
    def _session(self) -> boto3.Session:
        session = boto3.Session(profile_name=self.profile, region_name=self.region)
        session.events.register("after-call", _check_answer)
        return session


class NotAwsError(BotoCoreError):
    """What answered is not AWS: a web server at a wrong address, or a hotel's page to sign in at.

    botocore takes such an answer for an empty one, and what was sent for received.
    """

    fmt = "what answered is not AWS, for it sent no JSON. Is the address right?"


def _check_answer(http_response: AWSResponse, model: OperationModel, **_: object) -> None:
    """See that what a service that speaks JSON answers in success is JSON.

    :raises NotAwsError: if it is not.
    """
    if http_response.status_code >= HTTPStatus.MULTIPLE_CHOICES:
        return
    if model.service_model.protocol == "json" and http_response.content.lstrip()[:1] not in _JSON:
        raise NotAwsError


_JSON = (b"{", b"")


def _nothing_special(_code: str, _message: str) -> str | None:
    return None


@contextmanager
def explained(
    service: str, special: Callable[[str, str], str | None] = _nothing_special
) -> Iterator[None]:
    """Turn the SDK's errors into a StoreError that says what to do.

    :param service: the service that is called, as its users call it.
    :param special: gives the sentence for an error that only this service has, by AWS's name for it
        and its message; None for every other.
    """
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        message = error.response["Error"].get("Message", "")
        told = special(code, message) or _sentence(service, code, message)
        raise StoreError(told, code) from error
    except (NoCredentialsError, ProfileNotFound) as error:
        raise StoreError(
            f"No AWS credentials: {error}. Sign in, or name a --profile.", type(error).__name__
        ) from error
    except NoRegionError as error:
        raise StoreError(
            "No AWS region: set AWS_DEFAULT_REGION or name a --region.", type(error).__name__
        ) from error
    except ParamValidationError as error:
        told = " ".join(str(error).split())
        raise StoreError(f"{service} takes no such request. {told}", "Validation") from error
    except BotoCoreError as error:
        raise StoreError(f"{service} cannot be reached: {error}", type(error).__name__) from error


def _sentence(service: str, code: str, message: str) -> str:
    rule = rule_of(code)
    if rule and not rule.final:
        return f"{rule.error_of(service)}: {rule.operator}. AWS said: {message}"
    return f"{service} refused the request with {code}: {message}"

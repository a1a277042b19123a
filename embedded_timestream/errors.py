"""The exceptions of Timestream's two APIs, as the service answers them.

Codes and shapes: https://docs.aws.amazon.com/timestream/latest/developerguide/API_Operations.html
"""

from __future__ import annotations

from typing import Any


class TimestreamError(Exception):
    """An answer that is an exception.

    :param message: the service's sentence.
    :param extra: what the answer holds beside its message, as the API names it (RejectedRecords).
    """

    status = 400  # HTTP

    def __init__(self, message: str, **extra: Any) -> None:  # noqa: ANN401 - JSON
        super().__init__(message)
        self.message = message
        self.extra = extra

    @property
    def code(self) -> str:
        """The exception's name on the wire."""
        return type(self).__name__


class ValidationException(TimestreamError):  # noqa: N818 - the service's names
    """The request is malformed, or asks for what the service does not do."""


class ServiceQuotaExceededException(TimestreamError):  # noqa: N818
    """The account has as many of these as it may have."""

    status = 402


class AccessDeniedException(TimestreamError):  # noqa: N818
    """The caller may not do this."""

    status = 403


class ResourceNotFoundException(TimestreamError):  # noqa: N818
    """What the request names does not exist."""

    status = 404


class ConflictException(TimestreamError):  # noqa: N818
    """What the request creates exists, or another request changes it now."""

    status = 409


class RejectedRecordsException(TimestreamError):  # noqa: N818
    """Some records were not stored; the others were. `extra` holds RejectedRecords."""

    status = 419


class QueryExecutionException(TimestreamError):  # noqa: N818
    """A query failed while it ran."""


class ThrottlingException(TimestreamError):  # noqa: N818
    """Too many requests."""

    status = 429


class InternalServerException(TimestreamError):  # noqa: N818
    """The service failed."""

    status = 500

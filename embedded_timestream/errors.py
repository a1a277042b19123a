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
    namespace = "com.amazonaws.timestream.v20181101"

    def __init__(self, message: str = "", **extra: Any) -> None:  # noqa: ANN401 - JSON
        super().__init__(message)
        self.message = message
        self.extra = extra

    @property
    def code(self) -> str:
        """The exception's name on the wire."""
        return type(self).__name__

    def members(self) -> dict[str, Any]:
        """Give the answer's members, as they go over the wire."""
        told = {"Message": self.message} if self.message else {}
        return {"__type": f"{self.namespace}#{self.code}", **told, **self.extra}


class UnknownOperationException(TimestreamError):  # noqa: N818 - the service's names
    """There is no such call. Recorded: https://github.com/JuliaCloud/AWS.jl/issues/539 ."""

    status = 404
    namespace = "com.amazon.coral.service"


class SerializationException(TimestreamError):  # noqa: N818
    """The request cannot be read: it is no object in JSON, or a member has another type."""

    namespace = "com.amazon.coral.service"


class ValidationException(TimestreamError):  # noqa: N818
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

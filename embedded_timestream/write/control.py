"""Checks and shapes of the calls on databases and tables.

https://docs.aws.amazon.com/timestream/latest/developerguide/API_Operations_Amazon_Timestream_Write.html
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any

from embedded_timestream import limits
from embedded_timestream.errors import ServiceQuotaExceededException, ValidationException
from embedded_timestream.write.retention import Retention

if TYPE_CHECKING:
    from collections.abc import Iterable

Json = dict[str, Any]

_NAME = re.compile(r"[a-zA-Z0-9_.-]+")


def required(request: Json, member: str) -> Any:  # noqa: ANN401 - JSON
    """Give a member that the API requires.

    :raises ValidationException: if it is not there.
    """
    if (value := request.get(member)) is None:
        raise constraint(member, "Member must not be null")
    return value


def new_name(request: Json, member: str) -> str:
    """Give the name of a database or table that is to be created.

    :raises ValidationException: if it is not there, or not a name.
    """
    name = str(required(request, member))
    least, most = limits.NAME_BYTES
    if not _NAME.fullmatch(name):
        raise constraint(member, f"Member must satisfy regular expression pattern: {_NAME.pattern}")
    if not least <= len(name) <= most:
        raise constraint(member, f"Member must have length between {least} and {most}, inclusive")
    return name


def retention(request: Json, old: Retention | None, now: int) -> Retention:
    """Give the retention that a CreateTable or UpdateTable asks for.

    :param old: what holds so far, of a table that is there.
    :param now: in nanoseconds since 1970.
    :raises ValidationException: if a period is outside the service's limits.
    """
    before = old or Retention()
    memory, magnetic = before.memory_hours, before.magnetic_days
    if (periods := request.get("RetentionProperties")) is not None:
        memory = _period(periods, "MemoryStoreRetentionPeriodInHours", limits.MEMORY_HOURS)
        magnetic = _period(periods, "MagneticStoreRetentionPeriodInDays", limits.MAGNETIC_DAYS)
    writes = before.magnetic_writes
    if (properties := request.get("MagneticStoreWriteProperties")) is not None:
        writes = bool(required(properties, "EnableMagneticStoreWrites"))
    if old is None:
        return Retention(memory, magnetic, writes)
    return old.changed(now, memory, magnetic, magnetic_writes=writes)


def _period(periods: Json, member: str, allowed: tuple[int, int]) -> int:
    period = int(required(periods, member))
    if not allowed[0] <= period <= allowed[1]:
        raise constraint(
            f"retentionProperties.{member}",
            f"Member must have value between {allowed[0]} and {allowed[1]}, inclusive",
        )
    return period


def partition_key(request: Json, old: list[Json] | None) -> list[Json]:
    """Give the composite partition key that a CreateTable or UpdateTable asks for.

    :param old: the key of a table that is there: only its enforcement may change.
    :raises ValidationException: if it is none that the service takes.
    """
    keys = request.get("Schema", {}).get("CompositePartitionKey")
    if keys is None:
        return old or [{"Type": "MEASURE"}]
    if not keys:
        raise constraint("schema.compositePartitionKey", "Member must have length of at least 1")
    for key in keys:
        kind = required(key, "Type")
        if kind == "DIMENSION":
            required(key, "Name")
            if key.get("EnforcementInRecord", "OPTIONAL") not in {"REQUIRED", "OPTIONAL"}:
                raise constraint("enforcementInRecord", "Member must be REQUIRED or OPTIONAL")
        elif kind != "MEASURE":
            raise constraint("type", "Member must satisfy enum value set: [DIMENSION, MEASURE]")
        elif "Name" in key or "EnforcementInRecord" in key:
            raise ValidationException("A partition key of type MEASURE has no name or enforcement.")
    if len(keys) > 1:
        # One key only: https://docs.aws.amazon.com/timestream/latest/developerguide/
        # customer-defined-partition-keys-using.html
        raise ValidationException("A table can have one partition key.")
    if old and [(k["Type"], k.get("Name")) for k in old] != [
        (k["Type"], k.get("Name")) for k in keys
    ]:
        raise ValidationException("The partition key of a table cannot be changed.")
    return list(keys)


def enforced(keys: Iterable[Json]) -> frozenset[str]:
    """Give the dimensions that every record must have by this partition key."""
    return frozenset(k["Name"] for k in keys if k.get("EnforcementInRecord") == "REQUIRED")


def tags(request: Json) -> dict[str, str]:
    """Give the tags of a request.

    :raises ValidationException: if there are too many or one is too long.
    """
    given = request.get("Tags") or []
    if len(given) > limits.TAGS:
        raise constraint("tags", f"Member must have length less than or equal to {limits.TAGS}")
    for tag in given:
        if not 1 <= len(required(tag, "Key")) <= limits.TAG_KEY_CHARACTERS:
            raise constraint(
                "tags.key", f"Member must have length from 1 to {limits.TAG_KEY_CHARACTERS}"
            )
        if len(required(tag, "Value")) > limits.TAG_VALUE_CHARACTERS:
            raise constraint(
                "tags.value", f"Member must have length up to {limits.TAG_VALUE_CHARACTERS}"
            )
    return {tag["Key"]: tag["Value"] for tag in given}


def tag(tags_of_it: dict[str, str], request: Json) -> Json:
    """Add a request's tags to a resource's.

    :raises ServiceQuotaExceededException: if it has too many then.
    """
    added = tags({"Tags": required(request, "Tags")})
    if len(tags_of_it | added) > limits.TAGS:
        raise ServiceQuotaExceededException(f"The resource has more than {limits.TAGS} tags.")
    tags_of_it.update(added)
    return {}


def untag(tags_of_it: dict[str, str], request: Json) -> Json:
    """Take the tags whose keys a request names from a resource's; absent ones are no error."""
    for key in required(request, "TagKeys"):
        tags_of_it.pop(key, None)
    return {}


def list_tags(tags_of_it: dict[str, str]) -> Json:
    """Answer with a resource's tags."""
    return {"Tags": [{"Key": key, "Value": value} for key, value in tags_of_it.items()]}


def page(
    request: Json, names: Iterable[str], largest: int = limits.LIST_RESULTS
) -> tuple[list[str], Json]:
    """Cut the names that one list call answers out of all, and the NextToken if there are more.

    :param largest: the most that MaxResults may be, and what it is if the request does not say.
    :raises ValidationException: if MaxResults or NextToken is none.
    """
    most = request.get("MaxResults", largest)
    if not 1 <= most <= largest:
        raise constraint("maxResults", f"Member must have value between 1 and {largest}, inclusive")
    after = ""
    if token := request.get("NextToken"):
        try:
            after = base64.b64decode(token, altchars=b"-_", validate=True).decode()
        except ValueError:
            raise ValidationException("The NextToken is invalid.") from None
    left = sorted(name for name in names if name > after)
    if len(left) <= most:
        return left, {}
    token = base64.urlsafe_b64encode(left[most - 1].encode()).decode()
    return left[:most], {"NextToken": token}


def constraint(member: str, rule: str) -> ValidationException:
    """Say, in the service's form, which member of a request breaks which rule."""
    where = member[0].lower() + member[1:]
    return ValidationException(
        f"1 validation error detected: Value at '{where}' failed to satisfy constraint: {rule}"
    )

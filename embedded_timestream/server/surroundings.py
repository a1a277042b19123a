"""What stands around Timestream in an account: buckets and topics, wherever they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from embedded_timestream.server.folder import FolderBuckets, FolderTopics

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


class Buckets(Protocol):
    """Where UNLOAD and reports go to, and what batch load reads."""

    def read(self, bucket: str, prefix: str) -> list[tuple[str, bytes]]:
        """Give key and content of each object whose key starts with the prefix."""

    def put(self, bucket: str, key: str, body: bytes, kms_key: str | None = None) -> None:
        """Put an object into a bucket."""


class Topics(Protocol):
    """Where scheduled queries tell how they went."""

    def publish(self, topic: str, message: str, attributes: dict[str, str]) -> None:
        """Send a message to a topic, by its ARN."""


class Surroundings:
    """The buckets and topics of an account; it has no metrics.

    :param folder: where they are, as `buckets/BUCKET/KEY` and `topics/NAME.jsonl`.
    :param buckets: other buckets than the folder's.
    :param topics: other topics than the folder's.
    """

    def __init__(
        self, folder: Path, buckets: Buckets | None = None, topics: Topics | None = None
    ) -> None:
        self._buckets = buckets or FolderBuckets(folder / "buckets")
        self._topics = topics or FolderTopics(folder / "topics")

    def publish(self, topic: str, message: str, attributes: dict[str, str]) -> None:
        """Send a message to a topic.

        :raises ValidationException: if there is no such topic.
        """
        self._topics.publish(topic, message, attributes)

    def read(self, bucket: str, prefix: str) -> list[tuple[str, bytes]]:
        """Give key and content of each object whose key starts with the prefix.

        :raises ValidationException: if there is no such bucket.
        """
        return self._buckets.read(bucket, prefix)

    def put(self, bucket: str, key: str, body: bytes, kms_key: str | None = None) -> None:
        """Put an object into a bucket, encrypted with a key of KMS's or, without one, of S3's.

        :raises ValidationException: if there is no such bucket.
        """
        self._buckets.put(bucket, key, body, kms_key)

    def count(self, metric: str, value: int, dimensions: dict[str, str], at: datetime) -> None:
        """Count something in a metric; there are no metrics here."""

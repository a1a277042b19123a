"""Buckets and topics for whoever has no others: files in a folder.

An object is the file `buckets/BUCKET/KEY`, and a topic's messages are the lines of
`topics/NAME.jsonl`. Every bucket and every topic is there as soon as something is put into it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from embedded_timestream.errors import ValidationException

if TYPE_CHECKING:
    from pathlib import Path

_NOTHING = "%"  # the file name of an empty part of a key; no other part has it


class FolderBuckets:
    """Buckets that are folders within a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, bucket: str, prefix: str) -> list[tuple[str, bytes]]:
        """Give key and content of each object whose key starts with the prefix.

        :raises ValidationException: if there is no such bucket.
        """
        home = self._folder / _name(bucket)
        if not home.is_dir():
            raise ValidationException(f"The bucket {bucket} does not exist.")
        keys = {
            "/".join(map(_segment, path.relative_to(home).parts)): path
            for path in home.rglob("*")
            if path.is_file()
        }
        return [(key, keys[key].read_bytes()) for key in sorted(keys) if key.startswith(prefix)]

    def put(self, bucket: str, key: str, body: bytes, kms_key: str | None = None) -> None:
        """Write an object's file; a key of KMS's encrypts nothing here.

        :raises ValidationException: if the file system takes no such name.
        """
        del kms_key
        path = self._folder.joinpath(_name(bucket), *map(_name, key.split("/")))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
        except OSError as error:
            raise ValidationException(f"s3://{bucket}/{key} cannot be written: {error}") from None


class FolderTopics:
    """Topics that are files within a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def publish(self, topic: str, message: str, attributes: dict[str, str]) -> None:
        """Add a message to a topic's file."""
        self._folder.mkdir(parents=True, exist_ok=True)
        line = json.dumps({"TopicArn": topic, "Message": message, "MessageAttributes": attributes})
        name = _name(topic.rpartition(":")[2])
        with (self._folder / f"{name}.jsonl").open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")


def _name(segment: str) -> str:
    """Give the file name for a part of a key; no part can leave the folder."""
    name = quote(segment, safe=" !'()*+,=@$&;")
    if not name.strip("."):  # nothing, or a way up
        name = name.replace(".", "%2E") or _NOTHING
    return name


def _segment(name: str) -> str:
    return "" if name == _NOTHING else unquote(name)

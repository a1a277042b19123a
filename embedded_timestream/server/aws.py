"""Buckets and topics of another emulator's, or of AWS's own, by boto3."""

from __future__ import annotations

import os
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from embedded_timestream.errors import ValidationException

REGION = "us-east-1"
"""Of the client, where the environment names none."""


class S3Buckets:
    """The buckets behind an S3 endpoint."""

    def __init__(self, endpoint: str) -> None:
        self._client = _client("s3", endpoint)

    def read(self, bucket: str, prefix: str) -> list[tuple[str, bytes]]:
        """Give key and content of each object whose key starts with the prefix.

        :raises ValidationException: if there is no such bucket, or no answer.
        """
        try:
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=bucket, Prefix=prefix
            )
            keys = [one["Key"] for page in pages for one in page.get("Contents", ())]
            return [
                (key, self._client.get_object(Bucket=bucket, Key=key)["Body"].read())
                for key in keys
            ]
        except (BotoCoreError, ClientError) as error:
            raise ValidationException(f"The bucket {bucket} cannot be read: {error}") from None

    def put(self, bucket: str, key: str, body: bytes, kms_key: str | None = None) -> None:
        """Put an object into a bucket, encrypted with a key of KMS's or, without one, of S3's.

        :raises ValidationException: if there is no such bucket, or no answer.
        """
        encryption: dict[str, str] = {"ServerSideEncryption": "AES256"}
        if kms_key:
            encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": kms_key}
        try:
            self._client.put_object(Bucket=bucket, Key=key, Body=body, **encryption)
        except (BotoCoreError, ClientError) as error:
            raise ValidationException(f"s3://{bucket}/{key} cannot be written: {error}") from None


class SnsTopics:
    """The topics behind an SNS endpoint."""

    def __init__(self, endpoint: str) -> None:
        self._client = _client("sns", endpoint)

    def publish(self, topic: str, message: str, attributes: dict[str, str]) -> None:
        """Send a message to a topic.

        :raises ValidationException: if there is no such topic, or no answer.
        """
        typed = {
            name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
        }
        try:
            self._client.publish(TopicArn=topic, Message=message, MessageAttributes=typed)
        except (BotoCoreError, ClientError) as error:
            raise ValidationException(f"The topic {topic} cannot be written to: {error}") from None


def _client(service: Any, endpoint: str) -> Any:  # noqa: ANN401 - made at run time
    # Any key is right for an emulator; who means AWS itself names one.
    named = {"AWS_ACCESS_KEY_ID", "AWS_PROFILE"} & os.environ.keys()
    return boto3.client(
        service,
        region_name=os.environ.get("AWS_REGION", REGION),
        endpoint_url=endpoint,
        aws_access_key_id=None if named else "embedded",
        aws_secret_access_key=None if named else "embedded",
    )

"""Who may use buckets; moto has the buckets."""

from __future__ import annotations

import json

from local.services.cloudformation.resource import Properties, Resource


class BucketPolicy(Resource):
    """The policy of a bucket."""

    TYPE = "AWS::S3::BucketPolicy"
    REPLACED_BY = ("Bucket",)

    def create(self) -> None:
        """Call PutBucketPolicy."""
        self.client("s3").put_bucket_policy(
            Bucket=self.properties["Bucket"], Policy=json.dumps(self.properties["PolicyDocument"])
        )

    def update(self, before: Properties) -> None:  # noqa: ARG002 - PutBucketPolicy overwrites
        """Call PutBucketPolicy."""
        self.create()

    def remove(self) -> None:
        """Call DeleteBucketPolicy."""
        self.client("s3").delete_bucket_policy(Bucket=self.properties["Bucket"])

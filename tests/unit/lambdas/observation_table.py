"""The table that stacks/dynamodb.py makes, without what only AWS heeds."""

from typing import Any


def create_table(client: Any, name: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3's, or moto's
    """Make an empty one, and give its description."""
    created = client.create_table(
        TableName=name,
        KeySchema=[
            {"AttributeName": "bridge", "KeyType": "HASH"},
            {"AttributeName": "time", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "bridge", "AttributeType": "S"},
            {"AttributeName": "time", "AttributeType": "N"},
        ],
        BillingMode="PAY_PER_REQUEST",
        **more,
    )
    return dict(created["TableDescription"])

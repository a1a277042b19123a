"""The calls of both APIs, what their requests are made of, and a check that one is made of that.

Names and types are those of AWS's own description of the service, which a test compares. A member
is written `Name:Type`, or `Name` if it is a String; a list as `Name:[Type]`. What makes the calls
is not loaded to know them.
"""

from __future__ import annotations

from typing import Any

from embedded_timestream.errors import SerializationException, ValidationException

REQUESTS = {
    "CancelQuery": "QueryId",
    "CreateBatchLoadTask": (
        "ClientToken DataModelConfiguration:DataModelConfiguration "
        "DataSourceConfiguration:DataSourceConfiguration "
        "ReportConfiguration:ReportConfiguration TargetDatabaseName TargetTableName "
        "RecordVersion:Long"
    ),
    "CreateDatabase": "DatabaseName KmsKeyId Tags:[Tag]",
    "CreateScheduledQuery": (
        "Name QueryString ScheduleConfiguration:ScheduleConfiguration "
        "NotificationConfiguration:NotificationConfiguration "
        "TargetConfiguration:TargetConfiguration ClientToken ScheduledQueryExecutionRoleArn "
        "Tags:[Tag] KmsKeyId ErrorReportConfiguration:ErrorReportConfiguration"
    ),
    "CreateTable": (
        "DatabaseName TableName RetentionProperties:RetentionProperties Tags:[Tag] "
        "MagneticStoreWriteProperties:MagneticStoreWriteProperties Schema:Schema"
    ),
    "DeleteDatabase": "DatabaseName",
    "DeleteScheduledQuery": "ScheduledQueryArn",
    "DeleteTable": "DatabaseName TableName",
    "DescribeAccountSettings": "",
    "DescribeBatchLoadTask": "TaskId",
    "DescribeDatabase": "DatabaseName",
    "DescribeScheduledQuery": "ScheduledQueryArn",
    "DescribeTable": "DatabaseName TableName",
    "ExecuteScheduledQuery": (
        "ScheduledQueryArn InvocationTime:Timestamp ClientToken "
        "QueryInsights:ScheduledQueryInsights"
    ),
    "ListBatchLoadTasks": "NextToken MaxResults:Integer TaskStatus",
    "ListDatabases": "NextToken MaxResults:Integer",
    "ListScheduledQueries": "MaxResults:Integer NextToken",
    "ListTables": "DatabaseName NextToken MaxResults:Integer",
    "ListTagsForResource": "ResourceARN MaxResults:Integer NextToken",
    "PrepareQuery": "QueryString ValidateOnly:Boolean",
    "Query": "QueryString ClientToken NextToken MaxRows:Integer QueryInsights:QueryInsights",
    "ResumeBatchLoadTask": "TaskId",
    "TagResource": "ResourceARN Tags:[Tag]",
    "UntagResource": "ResourceARN TagKeys:[String]",
    "UpdateAccountSettings": (
        "MaxQueryTCU:Integer QueryPricingModel QueryCompute:QueryComputeRequest"
    ),
    "UpdateDatabase": "DatabaseName KmsKeyId",
    "UpdateScheduledQuery": "ScheduledQueryArn State",
    "UpdateTable": (
        "DatabaseName TableName RetentionProperties:RetentionProperties "
        "MagneticStoreWriteProperties:MagneticStoreWriteProperties Schema:Schema"
    ),
    "WriteRecords": "DatabaseName TableName CommonAttributes:Record Records:[Record]",
}

STRUCTURES = {
    "AccountSettingsNotificationConfiguration": "SnsConfiguration:SnsConfiguration RoleArn",
    "CsvConfiguration": "ColumnSeparator EscapeChar QuoteChar NullValue TrimWhiteSpace:Boolean",
    "DataModel": (
        "TimeColumn TimeUnit DimensionMappings:[DimensionMapping] "
        "MultiMeasureMappings:MultiMeasureMappings MixedMeasureMappings:[MixedMeasureMapping] "
        "MeasureNameColumn"
    ),
    "DataModelConfiguration": (
        "DataModel:DataModel DataModelS3Configuration:DataModelS3Configuration"
    ),
    "DataModelS3Configuration": "BucketName ObjectKey",
    "DataSourceConfiguration": (
        "DataSourceS3Configuration:DataSourceS3Configuration CsvConfiguration:CsvConfiguration "
        "DataFormat"
    ),
    "DataSourceS3Configuration": "BucketName ObjectKeyPrefix",
    "Dimension": "Name Value DimensionValueType",
    "DimensionMapping": "SourceColumn DestinationColumn",
    "ErrorReportConfiguration": "S3Configuration:S3Configuration",
    "MagneticStoreRejectedDataLocation": "S3Configuration:S3Configuration",
    "MagneticStoreWriteProperties": (
        "EnableMagneticStoreWrites:Boolean "
        "MagneticStoreRejectedDataLocation:MagneticStoreRejectedDataLocation"
    ),
    "MeasureValue": "Name Value Type",
    "MixedMeasureMapping": (
        "MeasureName SourceColumn TargetMeasureName MeasureValueType "
        "MultiMeasureAttributeMappings:[MultiMeasureAttributeMapping]"
    ),
    "MultiMeasureAttributeMapping": "SourceColumn TargetMultiMeasureAttributeName MeasureValueType",
    "MultiMeasureMappings": (
        "TargetMultiMeasureName MultiMeasureAttributeMappings:[MultiMeasureAttributeMapping]"
    ),
    "NotificationConfiguration": "SnsConfiguration:SnsConfiguration",
    "PartitionKey": "Type Name EnforcementInRecord",
    "ProvisionedCapacityRequest": (
        "TargetQueryTCU:Integer NotificationConfiguration:AccountSettingsNotificationConfiguration"
    ),
    "QueryComputeRequest": "ComputeMode ProvisionedCapacity:ProvisionedCapacityRequest",
    "QueryInsights": "Mode",
    "Record": (
        "Dimensions:[Dimension] MeasureName MeasureValue MeasureValueType Time TimeUnit "
        "Version:Long MeasureValues:[MeasureValue]"
    ),
    "ReportConfiguration": "ReportS3Configuration:ReportS3Configuration",
    "ReportS3Configuration": "BucketName ObjectKeyPrefix EncryptionOption KmsKeyId",
    "RetentionProperties": (
        "MemoryStoreRetentionPeriodInHours:Long MagneticStoreRetentionPeriodInDays:Long"
    ),
    "S3Configuration": "BucketName ObjectKeyPrefix EncryptionOption KmsKeyId",
    "ScheduleConfiguration": "ScheduleExpression",
    "ScheduledQueryInsights": "Mode",
    "Schema": "CompositePartitionKey:[PartitionKey]",
    "SnsConfiguration": "TopicArn",
    "Tag": "Key Value",
    "TargetConfiguration": "TimestreamConfiguration:TimestreamConfiguration",
    "TimestreamConfiguration": (
        "DatabaseName TableName TimeColumn DimensionMappings:[DimensionMapping] "
        "MultiMeasureMappings:MultiMeasureMappings MixedMeasureMappings:[MixedMeasureMapping] "
        "MeasureNameColumn"
    ),
}

OPERATIONS = tuple(REQUESTS)

_PLAIN: dict[str, type | tuple[type, ...]] = {
    "String": str,
    "Integer": int,
    "Long": int,
    "Boolean": bool,
    "Timestamp": (int, float),
}
_INTEGERS = {"Integer": 2**31, "Long": 2**63}
_TOKENS = {str: "STRING_VALUE", int: "NUMBER_VALUE", float: "NUMBER_VALUE"}


def _members(written: str) -> dict[str, str]:
    pairs = (member.partition(":") for member in written.split())
    return {name: kind or "String" for name, _, kind in pairs}


_MEMBERS_OF = {name: _members(written) for name, written in {**REQUESTS, **STRUCTURES}.items()}


def check(operation: str, request: dict[str, Any]) -> None:
    """See that what a request says has the types that it should, and take out what is null.

    :param operation: in the API's spelling. What it does not know is left as it is.
    :raises SerializationException: as the service does, if a type is another.
    :raises ValidationException: if null stands in a list.
    """
    _check_structure(operation, request)


def _check_structure(name: str, value: Any) -> None:  # noqa: ANN401 - JSON
    if type(value) is not dict:
        raise _unexpected(value, "Expected null")
    members = _MEMBERS_OF[name]
    nulls = []
    for key, inner in value.items():
        kind = members.get(key)
        if kind == "String" and type(inner) is str:  # as nearly all are
            continue
        if inner is None:
            nulls.append(key)
        elif kind is not None:
            _check(kind, key, inner)
    for key in nulls:
        del value[key]


def _check(kind: str, key: str, value: Any) -> None:  # noqa: ANN401 - JSON
    if kind.startswith("["):
        if type(value) is not list:
            raise _unexpected(value, "Expected list or null")
        if None in value:
            where = f"{key[0].lower()}{key[1:]}.{value.index(None) + 1}.member"
            raise ValidationException(
                f"1 validation error detected: Value null at '{where}' failed to satisfy "
                "constraint: Member must not be null"
            )
        kind = kind[1:-1]
        check_one = _check_plain if kind in _PLAIN else _check_structure
        for element in value:
            check_one(kind, element)
    elif kind in _PLAIN:
        _check_plain(kind, value)
    else:
        _check_structure(kind, value)


def _check_plain(kind: str, value: Any) -> None:  # noqa: ANN401 - JSON
    right = isinstance(value, _PLAIN[kind]) and isinstance(value, bool) == (kind == "Boolean")
    if right and kind in _INTEGERS:
        right = -_INTEGERS[kind] <= value < _INTEGERS[kind]
    if not right:
        token = _TOKENS.get(type(value)) or f"{value}_VALUE".upper()
        raise _unexpected(value, f"{token} cannot be converted to {kind}")


def _unexpected(value: object, otherwise: str) -> SerializationException:
    """Say what stands where something else should, in the words of AWS's services."""
    if isinstance(value, list):
        return SerializationException("Start of list found where not expected")
    if isinstance(value, dict):
        return SerializationException("Start of structure or map found where not expected")
    return SerializationException(otherwise)

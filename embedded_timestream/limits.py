"""The service's numbers and reserved words, each from Timestream's quotas page.

https://docs.aws.amazon.com/timestream/latest/developerguide/ts-limits.html
"""

from __future__ import annotations

DATABASES = 500  # an account and region
TABLES = 50_000  # an account and region
NAME_BYTES = (3, 256)  # of a database or table
TAGS = 200  # a resource
TAG_KEY_CHARACTERS = 128
TAG_VALUE_CHARACTERS = 256
LIST_RESULTS = 20  # a page of ListDatabases or ListTables

RECORDS = 100  # a WriteRecords
RECORD_BYTES = 2048
FUTURE_MINUTES = 15

DIMENSIONS = 128  # a table
DIMENSION_NAME_BYTES = 60
DIMENSION_PAIR_BYTES = 2048  # name and value together
MEASURE_NAMES = 8192  # a table
MEASURE_NAME_BYTES = 256
MEASURE_VALUE_CHARACTERS = 2048
MULTI_MEASURES = 256  # a record
MULTI_MEASURES_IN_TABLE = 1024

MEMORY_HOURS = (1, 8766)
MEMORY_HOURS_DEFAULT = 6
MAGNETIC_DAYS = (1, 73_000)
MAGNETIC_DAYS_DEFAULT = 73_000

# Timestamps: https://docs.aws.amazon.com/timestream/latest/developerguide/writes.html
# The service's last one ends in ...807, which DuckDB takes for infinity.
LAST_NANOSECOND = 2**63 - 2  # 2262-04-11 23:47:16.854775806

RESERVED_NAMES = frozenset({"time", "measure_value", "ts_non_existent_col"})
# measure_value as a prefix, and the colon, are IoT's words for the same columns:
# https://docs.aws.amazon.com/iot/latest/apireference/API_TimestreamDimension.html
RESERVED_PREFIXES = ("ts_", "measure_name", "measure_value")

"""DynamoDB for the operator: reading in bulk, writing in bulk, and Timestream's SQL over it.

- `reading` fetches items, many bridges at a time, and counts what that costs;
- `writer` puts observations in bulk;
- `sql` runs Timestream's SQL over what its bounds let `reading` fetch;
- `table` is all of that as the commands know it.

`lambdas.dynamodb` says how items look and what errors mean.
"""

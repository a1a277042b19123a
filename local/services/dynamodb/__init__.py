"""DynamoDB, as far as moto's falls short of AWS's.

`service` stands around moto's operations, one at a time: it throttles at a table's limits, deletes
what has long expired, and answers with the units that were consumed. `units` counts those,
`expressions` refuses reserved words, `table` is what moto's tables lack, `partitions` reads them in
order, and `kept` lets them outlive the process.
"""

from local.services.dynamodb.kept import Kept
from local.services.dynamodb.service import install

__all__ = ["Kept", "install"]

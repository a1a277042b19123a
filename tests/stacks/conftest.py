from __future__ import annotations

import os
import sys
from pathlib import Path

# Before aws_cdk is imported, which starts it: the node of this environment, not of this machine.
os.environ["JSII_NODE"] = str(Path(sys.executable).with_name("node"))

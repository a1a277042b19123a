from __future__ import annotations

# Whoever has installed the package has these without importing them.
from embedded_timestream.pytest_plugin import (  # noqa: F401 - fixtures
    _timestream,
    timestream,
    timestream_in_moto,
    timestream_session,
)

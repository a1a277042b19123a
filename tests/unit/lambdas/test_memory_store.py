import pytest

from tests.unit.lambdas.memory_store import MemoryStore
from tests.unit.lambdas.moments import minute
from tests.unit.lambdas.store_contract import RETENTION, StoreContract


class TestMemoryStore(StoreContract):
    @pytest.fixture
    def store(self) -> MemoryStore:
        return MemoryStore(minute(10), RETENTION)

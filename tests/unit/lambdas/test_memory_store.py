import pytest

from tests.unit.lambdas.memory_store import MemoryStore
from tests.unit.lambdas.store_contract import StoreContract


class TestMemoryStore(StoreContract):
    @pytest.fixture
    def store(self) -> MemoryStore:
        return MemoryStore()

"""The store in memory keeps the contract."""

import pytest

from atg_adapters.memory.files import MemoryStore
from atg_core.files.signing import UrlSigner
from tests.contracts.files import SelfServedStoreContract


class TestMemoryStore(SelfServedStoreContract):
    @pytest.fixture
    def store(self) -> MemoryStore:
        return MemoryStore(UrlSigner(b"k" * 32), "http://atg.test")

"""The store in memory keeps the contract."""

import pytest

from atg_adapters.memory.files.object_store import MemoryObjectStore
from atg_core.files.signed_urls import UrlSigner
from tests.contracts.files.object_store import SelfServedStoreContract


class TestMemoryStore(SelfServedStoreContract):
    @pytest.fixture
    def store(self) -> MemoryObjectStore:
        return MemoryObjectStore(UrlSigner(b"k" * 32), "http://atg.test")

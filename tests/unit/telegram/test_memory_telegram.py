"""Telegram in memory."""

import pytest

from atg_adapters.memory.telegram import MemoryTelegram
from tests.contracts.telegram import Done, Paid, TelegramContract, TransactionsContract


class TestMemoryTelegram(TelegramContract, TransactionsContract):
    @pytest.fixture
    def telegram(self) -> MemoryTelegram:
        return MemoryTelegram()

    @pytest.fixture
    def sent(self, telegram: MemoryTelegram) -> Done:
        return lambda: telegram.sent

    @pytest.fixture
    def refunded(self, telegram: MemoryTelegram) -> Done:
        return lambda: telegram.refunded

    @pytest.fixture
    def paid(self, telegram: MemoryTelegram) -> Paid:
        return telegram.transactions.append

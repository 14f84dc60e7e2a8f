"""The outbox for Telegram keeps the contract."""

import asyncio
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from atg_adapters.outbox.telegram import OutboxTelegram
from atg_core.telegram.model import TelegramAway
from tests.contracts.telegram import ANNA, NOW, TEXT, Done, TelegramContract


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "home" / "outbox"


@pytest.fixture
def telegram(folder: Path) -> OutboxTelegram:
    return OutboxTelegram(folder, clock=lambda: NOW)


def requests(folder: Path, method: str) -> list[dict[str, Any]]:
    told = [json.loads(path.read_bytes()) for path in sorted(folder.glob("*.json"))]
    return [each for each in told if each["method"] == method]


class TestTelegramOutbox(TelegramContract):
    @pytest.fixture
    def sent(self, folder: Path) -> Done:
        return lambda: [(each["chat_id"], each["text"]) for each in requests(folder, "sendMessage")]

    @pytest.fixture
    def refunded(self, folder: Path) -> Done:
        return lambda: [
            (each["user_id"], each["telegram_payment_charge_id"]) for each in requests(folder, "refundStarPayment")
        ]


async def test_files_have_the_time_and_are_their_owners_alone(folder: Path, telegram: OutboxTelegram) -> None:
    await telegram.send_message(ANNA, TEXT)
    await telegram.refund_stars(ANNA, "stx-1")
    message, refund = sorted(folder.iterdir())
    assert message.name.startswith("20260309T120000.000000Z-message-")
    assert refund.name == "20260309T120000.000000Z-refund-stx-1.json"
    assert "Здравствуйте" in message.read_text(encoding="utf-8")
    assert {stat.S_IMODE(path.stat().st_mode) for path in (message, refund)} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


async def test_many_at_once_leave_a_file_for_each_message_and_one_for_the_charge(
    folder: Path, telegram: OutboxTelegram
) -> None:
    await asyncio.gather(*(telegram.send_message(ANNA, TEXT) for _ in range(10)))
    await asyncio.gather(*(telegram.refund_stars(ANNA, "stx-1") for _ in range(10)))
    assert len(requests(folder, "sendMessage")) == 10
    assert len(requests(folder, "refundStarPayment")) == 1
    assert len(list(folder.iterdir())) == 11


async def test_a_folder_that_can_not_be_written_is_telegram_that_is_away(
    folder: Path, telegram: OutboxTelegram
) -> None:
    folder.parent.mkdir()
    folder.touch()
    with pytest.raises(TelegramAway):
        await telegram.send_message(ANNA, TEXT)

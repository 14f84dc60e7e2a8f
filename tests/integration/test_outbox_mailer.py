"""The outbox mailer."""

import asyncio
import stat
from collections.abc import Callable
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from atg_adapters.outbox.mailer import OutboxMailer
from atg_core.mailing.model import MailAway
from tests.contracts.mailer import NOW, SENDER, Arrived, MailerContract, message


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "home" / "outbox"


def clock() -> Callable[[], datetime]:
    """Each time a second later."""
    times = (NOW + timedelta(seconds=number) for number in range(1000))
    return lambda: next(times)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class TestOutbox(MailerContract):
    @pytest.fixture
    def mailer(self, folder: Path) -> OutboxMailer:
        return OutboxMailer(folder, sender=SENDER, clock=lambda: NOW)

    @pytest.fixture
    def arrived(self, folder: Path) -> Arrived:
        return lambda: [message_from_bytes(path.read_bytes(), policy=default) for path in sorted(folder.glob("*.eml"))]


async def test_files_sort_by_time_and_are_their_owners_alone(folder: Path) -> None:
    mailer = OutboxMailer(folder, sender=SENDER, clock=clock())
    for key in ("b", "a", "a-b"):
        await mailer.send(message(key))
    assert names(folder) == [
        "20260309T120001.250000Z-b.eml",
        "20260309T120002.250000Z-a.eml",
        "20260309T120003.250000Z-a-b.eml",
    ]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


async def test_of_a_message_that_is_sent_again_the_first_file_stays(folder: Path) -> None:
    mailer = OutboxMailer(folder, sender=SENDER, clock=clock())
    await mailer.send(message("a"))
    first = (folder / names(folder)[0]).read_bytes()
    await mailer.send(message("a"))
    await mailer.send(message("b-a"))
    assert names(folder) == ["20260309T120001.250000Z-a.eml", "20260309T120003.250000Z-b-a.eml"]
    assert (folder / names(folder)[0]).read_bytes() == first


async def test_of_many_who_send_a_message_at_once_one_leaves_a_file(folder: Path) -> None:
    mailer = OutboxMailer(folder, sender=SENDER, clock=clock())
    await asyncio.gather(*(mailer.send(message("a")) for _ in range(20)))
    assert len(names(folder)) == 1


async def test_a_folder_that_can_not_be_written_is_a_server_that_is_away(folder: Path) -> None:
    folder.parent.mkdir()
    folder.touch()
    with pytest.raises(MailAway):
        await OutboxMailer(folder, sender=SENDER, clock=clock()).send(message())

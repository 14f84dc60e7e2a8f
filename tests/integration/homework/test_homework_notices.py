"""Mails about homework that a mail server does not accept, in memory."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from dependency_injector import providers

from atg_adapters.memory.mailer import MemoryMailer
from atg_core.mailing.model import MailAway, MailDeferred, MailRefused, Message
from atg_entrypoints.container import Container, close, create_container
from atg_entrypoints.http.app import create_app
from atg_entrypoints.settings import Settings
from tests.classroom import TEXT, Classroom
from tests.conftest import SECRET

BORIS, VERA = "room-boris@example.com", "room-vera@example.com"


class PickyMail(MemoryMailer):
    """Raises the error given for an address."""

    def __init__(self) -> None:
        super().__init__()
        self.errors: dict[str, Exception] = {}

    async def send(self, message: Message) -> None:
        if error := self.errors.get(message.to):
            raise error
        await super().send(message)


@pytest.fixture
async def classroom(tmp_path: Path) -> AsyncIterator[Classroom]:
    container = create_container(Settings(database_url="memory://", home=str(tmp_path), secret_key=SECRET))
    transport = httpx.ASGITransport(create_app(container))
    async with httpx.AsyncClient(transport=transport, base_url="http://atg.test") as client:
        yield await Classroom.open(container, client)
    await close(container)


@pytest.fixture
def mail(classroom: Classroom) -> PickyMail:
    mail = PickyMail()
    classroom.container.mailer.override(providers.Object(mail))
    return mail


def waiting(container: Container) -> list[str]:
    return [row["error"].partition(":")[0] for row in container.database().tables["jobs"].values()]


@pytest.mark.parametrize("error", [MailAway(), MailDeferred()])
async def test_who_could_not_be_told_is_told_later_and_nobody_twice(
    classroom: Classroom, mail: PickyMail, error: Exception
) -> None:
    mail.errors = {BORIS: error}
    await classroom.homework(TEXT)
    assert [each.to for each in await classroom.mails()] == [VERA]
    assert waiting(classroom.container) == [type(error).__name__]
    mail.errors.clear()
    classroom.pass_by(minutes=10)
    assert [each.to for each in await classroom.mails()] == [BORIS]
    assert waiting(classroom.container) == []


async def test_an_address_that_is_refused_is_left_alone(classroom: Classroom, mail: PickyMail) -> None:
    mail.errors = {BORIS: MailRefused("no such mailbox")}
    await classroom.homework(TEXT)
    assert [each.to for each in await classroom.mails()] == [VERA]
    assert waiting(classroom.container) == []

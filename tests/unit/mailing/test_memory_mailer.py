"""The mailer in memory."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from atg_adapters.memory.mailer import MemoryMailer
from atg_adapters.mime.messages import mime_message
from tests.contracts.mailer import NOW, SENDER, Arrived, MailerContract, message


class TestMemoryMail(MailerContract):
    @pytest.fixture
    def mailer(self) -> MemoryMailer:
        return MemoryMailer()

    @pytest.fixture
    def arrived(self, mailer: MemoryMailer) -> Arrived:
        def letters() -> list[EmailMessage]:
            contents = [mime_message(sent, SENDER, NOW).as_bytes() for sent in mailer.sent]
            return [message_from_bytes(content, policy=default) for content in contents]

        return letters


async def test_what_is_sent_twice_is_there_twice() -> None:
    mailer = MemoryMailer()
    await mailer.send(message())
    await mailer.send(message())
    assert mailer.sent == [message(), message()]

"""Messages kept in the process."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from atg_adapters.memory.mail import MemoryMail
from atg_adapters.mime.letters import letter_of
from tests.contracts.mail import NOW, SENDER, Arrived, MailContract, message


class TestMemoryMail(MailContract):
    @pytest.fixture
    def mail(self) -> MemoryMail:
        return MemoryMail()

    @pytest.fixture
    def arrived(self, mail: MemoryMail) -> Arrived:
        def letters() -> list[EmailMessage]:
            contents = [letter_of(sent, SENDER, NOW).as_bytes() for sent in mail.sent]
            return [message_from_bytes(content, policy=default) for content in contents]

        return letters


async def test_what_is_sent_twice_is_there_twice() -> None:
    mail = MemoryMail()
    await mail.send(message())
    await mail.send(message())
    assert mail.sent == [message(), message()]

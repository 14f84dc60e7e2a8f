"""A mailbox, and a clock that tests move."""

import re
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
from dependency_injector import providers

from atg_adapters.memory.mailer import MemoryMailer
from atg_core.clock import utc_now
from atg_core.jobs.model import Work
from atg_core.mailing.model import Message
from atg_entrypoints.container import Container


async def do_jobs(container: Container) -> None:
    """The jobs of changes that are due, but for those that begin by the clock."""
    jobs_of_changes = Work(kinds=tuple(container.work().every))
    await container.jobs().run(jobs_of_changes, until_idle=True)


class Mailbox:
    """What a container sends: everything, or to one address, or on one subject."""

    def __init__(self, container: Container) -> None:
        self._container, self._mail = container, MemoryMailer()
        container.mailer.override(providers.Object(self._mail))

    async def sent(self, to: str | None = None, about: str = "") -> list[Message]:
        """After the jobs of changes; `about`: how the keys of messages begin."""
        await do_jobs(self._container)
        return [message for message in self._mail.sent if to in {None, message.to} and message.key.startswith(about)]

    async def link(self, to: str, about: str) -> str:
        """The path and the query of the link in the newest message."""
        [*_, message] = await self.sent(to, about)
        return link_in(message)


def link_in(message: Message) -> str:
    """The same in text and HTML."""
    [link] = re.findall(r"http://\S+", message.text)
    assert message.html.count(link) == 3
    parts = urlsplit(link)
    return f"{parts.path}?{parts.query}"


def token_in(link: str) -> str:
    [token] = parse_qs(urlsplit(link).query)["token"]
    return token


async def press(client: httpx.AsyncClient, link: str) -> httpx.Response:
    """What the button of the page behind a link sends."""
    return await client.post(urlsplit(link).path, data={"token": token_in(link)})


class Now:
    """The clock of a container, which stands still until it is moved; to be made before the container is used."""

    def __init__(self, container: Container) -> None:
        self.moment: datetime = utc_now()
        container.clock.override(providers.Object(self))

    def __call__(self) -> datetime:
        return self.moment

    def pass_by(self, **time: int) -> None:
        self.moment += timedelta(**time)

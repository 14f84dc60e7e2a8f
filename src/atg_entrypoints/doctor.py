"""What of an installation works, what does not, and what to do about it."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from time import perf_counter
from uuid import uuid4

import sqlalchemy as sa
from msgspec import Struct
from msgspec.structs import replace

from atg_adapters.sql import schema
from atg_adapters.sql.database import Database
from atg_adapters.sql.schema import SchemaState
from atg_core.conferencing.model import Account
from atg_core.errors import AtgError
from atg_core.mailing.model import MailAway
from atg_core.words import fill, phrase
from atg_entrypoints.causes import cause_of
from atg_entrypoints.container import Container
from atg_entrypoints.environment import all_variables
from atg_entrypoints.mail_settings import smtp_server
from atg_entrypoints.settings import Settings
from atg_entrypoints.start_log import without_credentials
from atg_entrypoints.variable_names import unread

_SECONDS_TO_ANSWER = 10.0
_GIB = 1024**3
_LITTLE_SPACE, _NO_SPACE = 2 * _GIB, _GIB // 10
_SKEWED_SECONDS = 2
_LATE_SECONDS = 600
_ACCOUNTS, _NO_MEETING = 1000, "0"
_TOLD = "{told}"
"""Words of somebody else, or an address."""
_NOW = sa.text("SELECT version() AS version, clock_timestamp() AS now")
_IS_SUPERUSER = sa.text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")


class Status(StrEnum):
    OK = "ok"
    OFF = "off"
    WARNING = "warning"
    FAILED = "failed"


class Finding(Struct, frozen=True, kw_only=True):
    """`template`: keys of the catalogue of words, filled with `parameters`, as is `to_do`: what to do, or empty.

    `milliseconds`: how long the part took to answer, where it was asked.
    """

    part: str
    status: Status
    template: str
    to_do: str = ""
    parameters: Mapping[str, object] = {}
    milliseconds: int | None = None

    @property
    def text(self) -> str:
        told = fill(self.template, dict(self.parameters))
        return told if self.milliseconds is None else f"{told} ({self.milliseconds} ms)"

    @property
    def advice(self) -> str:
        return fill(self.to_do, dict(self.parameters))


async def examine(container: Container) -> AsyncIterator[Finding]:
    """Every part in turn, each within ten seconds, whatever hangs."""
    settings: Settings = container.settings()
    for finding in _settings(settings):
        yield finding
    for part, check in _CHECKS:
        found = await _in_time(part, check(container))
        yield found
        if found.status is Status.FAILED and part in _NEEDED:
            # Whatever reads tables would only say the same once more.
            break
    else:
        for part, check in _CHECKS_OF_TABLES:
            yield await _in_time(part, check(container))
    for part, check in _CHECKS_OF_OTHERS:
        yield await _in_time(part, check(container))
    for part, folder in (("disk", settings.home_path), ("temporary files", Path(tempfile.gettempdir()))):
        yield await _in_time(part, asyncio.to_thread(_disk, part, folder))


async def _in_time(part: str, check: Awaitable[Finding]) -> Finding:
    begun = perf_counter()
    try:
        async with asyncio.timeout(_SECONDS_TO_ANSWER):
            found = await check
    except TimeoutError:
        text, to_do = phrase("no answer within {seconds} seconds"), phrase("look whether it hangs")
        return _failed(part, text, to_do, seconds=f"{_SECONDS_TO_ANSWER:g}")
    except Exception as error:  # noqa: BLE001 - whatever the reason, it is told
        to_do = phrase("set its address right, or start it")
        if known := cause_of(error):
            return _failed(part, known.template, to_do, **known.parameters)
        cause = error.__cause__ or error
        return _failed(part, _TOLD, to_do, told=_line(str(cause) or type(cause).__name__))
    if found.status is Status.OFF:
        return found
    return replace(found, milliseconds=round((perf_counter() - begun) * 1000))


def _settings(settings: Settings) -> Iterator[Finding]:
    for name, meant in unread(all_variables()):
        to_do = phrase("{meant} was meant?") if meant else phrase("remove it")
        yield _warning("settings", phrase("nothing reads {name}"), to_do, name=name, meant=meant)
    if settings.env != "production" and settings.public_url.startswith("https://"):
        to_do = phrase("set ATG_ENV=production, which refuses weak secrets")
        yield _warning("settings", phrase("ATG_ENV is not production"), to_do)
    text = phrase("ATG_ENV={env}, contexts: {contexts}")
    yield _ok("settings", text, env=settings.env, contexts=", ".join(settings.contexts))


async def _database(container: Container) -> Finding:
    database: Database = container.database()
    await database.check()
    where = without_credentials(container.settings().database)
    if database.is_sqlite:
        return _ok("database", _TOLD, told=where)
    row, is_superuser = await database.row(_NOW), await database.row(_IS_SUPERUSER)
    version = " ".join(str(row.version if row else "").split()[:2])
    if is_superuser and is_superuser[0]:
        to_do = phrase("let it be another role, which can not change the audit trail (SECURITY.md)")
        return _warning("database", phrase("{version} at {where}, as a superuser"), to_do, version=version, where=where)
    return _ok("database", phrase("{version} at {where}"), version=version, where=where)


async def _schema(container: Container) -> Finding:
    database: Database = container.database()
    found, newest = await schema.revision_of(database), schema.newest_revision()
    if found == newest:
        return _ok("schema", phrase("{newest}, the newest"), newest=newest)
    is_ours = await schema.state_of(database) in {SchemaState.NONE, SchemaState.BEHIND}
    to_do = phrase("run `atg migrate`") if is_ours else phrase("run the version that made it")
    if found is None:
        return _failed("schema", phrase("there is none, the newest here is {newest}"), to_do, newest=newest)
    return _failed("schema", phrase("{found}, the newest here is {newest}"), to_do, found=found, newest=newest)


async def _clock(container: Container) -> Finding:
    """Tokens and leases compare times of several machines."""
    database: Database = container.database()
    if database.is_sqlite:
        return _ok("clock", phrase("the database is on this machine"))
    row = await database.row(_NOW)
    seconds = abs((datetime.now(UTC) - row.now).total_seconds()) if row else 0
    if seconds > _SKEWED_SECONDS:
        text, to_do = phrase("{seconds} s apart from the database's"), phrase("run NTP on both machines")
        return _warning("clock", text, to_do, seconds=f"{seconds:.0f}")
    return _ok("clock", phrase("as the database's"))


async def _jobs(container: Container) -> Finding:
    backlog = await container.jobs().backlog()
    dead, waiting = sum(each.dead for each in backlog), sum(each.waiting for each in backlog)
    oldest = max((each.oldest_seconds for each in backlog), default=0)
    if oldest > _LATE_SECONDS:
        text = phrase("{waiting} waiting, {dead} dead, the oldest for {minutes} min")
        to_do = phrase("run `atg worker`")
        return _warning("jobs", text, to_do, waiting=waiting, dead=dead, minutes=f"{oldest / 60:.0f}")
    text = phrase("{waiting} waiting, {dead} dead")
    if dead:
        to_do = phrase("look at `atg jobs list --status dead`, then `atg jobs retry`")
        return _warning("jobs", text, to_do, waiting=waiting, dead=dead)
    return _ok("jobs", text, waiting=waiting, dead=dead)


async def _cache(container: Container) -> Finding:
    redis = container.redis()
    if redis is None:
        return _off("cache", phrase("ATG_REDIS_URL is not set: limits count in each process"))
    await redis.outage.check()
    return _ok("cache", _TOLD, told=without_credentials(container.settings().redis_url))


async def _store(container: Container) -> Finding:
    """A file is put, found and deleted again."""
    store, key = container.object_store(), f"doctor/{uuid4()}.txt"

    async def chunks() -> AsyncIterator[bytes]:
        yield b"atg doctor"

    await store.check()
    try:
        await store.put(key, chunks(), content_type="text/plain", max_bytes=100)
        found = await store.find(key)
    finally:
        await store.delete(key)
    if found is None:
        text, to_do = phrase("a file that was put is not there"), phrase("look at the store's own log")
        return _failed("store", text, to_do)
    settings: Settings = container.settings()
    if not settings.s3_endpoint:
        return _ok("store", phrase("a folder: a file was put, found and deleted"))
    where = f"{without_credentials(settings.s3_endpoint)}/{settings.s3_bucket}"
    return _ok("store", phrase("{where}: a file was put, found and deleted"), where=where)


async def _mail(container: Container) -> Finding:
    settings: Settings = container.settings()
    if not settings.smtp_url:
        return _off("mail", phrase("ATG_SMTP_URL is not set: mail is kept in ATG_HOME/outbox"))
    server = smtp_server(settings.smtp_url)
    from atg_adapters.smtp.mailer import SmtpMailer  # noqa: PLC0415 - few commands send mail

    mailer = container.uncounted_mailer()
    assert isinstance(mailer, SmtpMailer)  # noqa: S101 - the address is set
    try:
        await mailer.check()
    except MailAway as error:
        to_do = phrase("look at ATG_SMTP_URL: host, port, TLS, name and password")
        return _failed("mail", _TOLD, to_do, told=_line(str(error)))
    where, sender = f"{server.host}:{server.port}", settings.mail_sender
    return _ok("mail", phrase("{where} takes connections from us, as {sender}"), where=where, sender=sender)


async def _conferencing(container: Container) -> Finding:
    found, _ = await container.conferencing_queries().accounts(limit=_ACCOUNTS, offset=0)
    accounts = [each.account for each in found if each.account.is_enabled]
    if not accounts:
        return _off("conferencing", phrase("no account is enabled: no lesson can be started"))
    refused = [account.label for account in accounts if not await _answers(container, account)]
    if refused:
        text = phrase("{refused} of {count} do not answer: {labels}")
        to_do, labels = phrase("look at the credentials of these accounts"), ", ".join(refused)
        return _failed("conferencing", text, to_do, refused=len(refused), count=len(accounts), labels=labels)
    return _ok("conferencing", phrase("{count} accounts answer"), count=len(accounts))


async def _answers(container: Container, account: Account) -> bool:
    try:
        await container.conference_providers().for_account(account).is_running(_NO_MEETING)
    except AtgError:
        return False
    return True


def _disk(part: str, folder: Path) -> Finding:
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return _failed(part, _TOLD, phrase("make the folder"), told=f"{folder}: {error.strerror}")
    text, known = phrase("{folder}: {free} GiB are free"), {"folder": str(folder), "free": f"{free / _GIB:.1f}"}
    if free < _NO_SPACE:
        to_do = phrase("make room: uploads, mail and the embedded database need it")
        return _failed(part, text, to_do, **known)
    return _warning(part, text, phrase("make room soon"), **known) if free < _LITTLE_SPACE else _ok(part, text, **known)


def _ok(part: str, text: str, **parameters: object) -> Finding:
    return Finding(part=part, status=Status.OK, template=text, parameters=parameters)


def _off(part: str, text: str) -> Finding:
    return Finding(part=part, status=Status.OFF, template=text)


def _warning(part: str, text: str, to_do: str, **parameters: object) -> Finding:
    return Finding(part=part, status=Status.WARNING, template=text, to_do=to_do, parameters=parameters)


def _failed(part: str, text: str, to_do: str, **parameters: object) -> Finding:
    return Finding(part=part, status=Status.FAILED, template=text, to_do=to_do, parameters=parameters)


def _line(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


type _Check = Callable[[Container], Awaitable[Finding]]

_NEEDED = frozenset({"database", "schema"})
_CHECKS: tuple[tuple[str, _Check], ...] = (("database", _database), ("schema", _schema))
_CHECKS_OF_TABLES: tuple[tuple[str, _Check], ...] = (
    ("clock", _clock),
    ("jobs", _jobs),
    ("conferencing", _conferencing),
)
_CHECKS_OF_OTHERS: tuple[tuple[str, _Check], ...] = (("cache", _cache), ("store", _store), ("mail", _mail))

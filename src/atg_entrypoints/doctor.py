"""What of an installation works, what does not, and what to do about it."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from time import perf_counter
from uuid import uuid4

import sqlalchemy as sa
from msgspec import Struct

from atg_adapters.sql import schema
from atg_adapters.sql.database import Database
from atg_core.conferencing.model import Account
from atg_core.errors import AtgError
from atg_core.mailing.model import MailAway
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
_NOW = sa.text("SELECT version() AS version, clock_timestamp() AS now")
_IS_SUPERUSER = sa.text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")


class Status(StrEnum):
    OK = "ok"
    OFF = "off"
    WARNING = "warning"
    FAILED = "failed"


class Finding(Struct, frozen=True, kw_only=True):
    """`advice`: what to do; empty where nothing has to be done."""

    part: str
    status: Status
    text: str
    advice: str = ""


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
    yield _disk("disk", settings.home_path)
    yield _disk("temporary files", Path(tempfile.gettempdir()))


async def _in_time(part: str, check: Awaitable[Finding]) -> Finding:
    begun = perf_counter()
    try:
        async with asyncio.timeout(_SECONDS_TO_ANSWER):
            found = await check
    except TimeoutError:
        return _failed(part, f"no answer within {_SECONDS_TO_ANSWER:g} seconds", "look whether it hangs")
    except Exception as error:  # noqa: BLE001 - whatever the reason, it is told
        cause = error.__cause__ or error
        return _failed(part, _line(str(cause) or type(cause).__name__), "set its address right, or start it")
    milliseconds = (perf_counter() - begun) * 1000
    return (
        found
        if found.status is Status.OFF
        else Finding(
            part=found.part, status=found.status, text=f"{found.text} ({milliseconds:.0f} ms)", advice=found.advice
        )
    )


def _settings(settings: Settings) -> Iterator[Finding]:
    for name, meant in unread(all_variables()):
        text = f"nothing reads {name}"
        yield _warning("settings", text, f"{meant} was meant?" if meant else "remove it")
    if settings.env != "production" and settings.public_url.startswith("https://"):
        yield _warning("settings", "ATG_ENV is not production", "set ATG_ENV=production, which refuses weak secrets")
    yield _ok("settings", f"ATG_ENV={settings.env}, contexts: {', '.join(settings.contexts)}")


async def _database(container: Container) -> Finding:
    database: Database = container.database()
    await database.check()
    where = without_credentials(container.settings().database)
    if database.is_sqlite:
        return _ok("database", where)
    row, is_superuser = await database.row(_NOW), await database.row(_IS_SUPERUSER)
    version = " ".join(str(row.version if row else "").split()[:2])
    if is_superuser and is_superuser[0]:
        advice = "let it be another role, which can not change the audit trail (SECURITY.md)"
        return _warning("database", f"{version} at {where}, as a superuser", advice)
    return _ok("database", f"{version} at {where}")


async def _schema(container: Container) -> Finding:
    found, newest = await schema.revision_of(container.database()), schema.newest_revision()
    if found == newest:
        return _ok("schema", f"{newest}, the newest")
    return _failed("schema", f"{found or 'none'}, the newest is {newest}", "run `atg migrate`")


async def _clock(container: Container) -> Finding:
    """Tokens and leases compare times of several machines."""
    database: Database = container.database()
    if database.is_sqlite:
        return _ok("clock", "the database is on this machine")
    row = await database.row(_NOW)
    seconds = abs((datetime.now(UTC) - row.now).total_seconds()) if row else 0
    if seconds > _SKEWED_SECONDS:
        return _warning("clock", f"{seconds:.0f} s apart from the database's", "run NTP on both machines")
    return _ok("clock", "as the database's")


async def _jobs(container: Container) -> Finding:
    backlog = await container.jobs().backlog()
    dead, waiting = sum(each.dead for each in backlog), sum(each.waiting for each in backlog)
    oldest = max((each.oldest_seconds for each in backlog), default=0)
    text = f"{waiting} waiting, {dead} dead"
    if oldest > _LATE_SECONDS:
        return _warning("jobs", f"{text}, the oldest for {oldest / 60:.0f} min", "run `atg worker`")
    if dead:
        return _warning("jobs", text, "look at `atg jobs list --status dead`, then `atg jobs retry`")
    return _ok("jobs", text)


async def _cache(container: Container) -> Finding:
    redis = container.redis()
    if redis is None:
        return Finding(part="cache", status=Status.OFF, text="ATG_REDIS_URL is not set: limits count in each process")
    await redis.ping()
    return _ok("cache", without_credentials(container.settings().redis_url))


async def _store(container: Container) -> Finding:
    """A file is put, found and deleted again."""
    store, key = container.object_store(), f"doctor/{uuid4()}.txt"

    async def chunks() -> AsyncIterator[bytes]:
        yield b"atg doctor"

    await store.check()
    await store.put(key, chunks(), content_type="text/plain", max_bytes=100)
    found = await store.find(key)
    await store.delete(key)
    if found is None:
        return _failed("store", "a file that was put is not there", "look at the store's own log")
    settings: Settings = container.settings()
    where = f"{without_credentials(settings.s3_endpoint)}/{settings.s3_bucket}" if settings.s3_endpoint else "a folder"
    return _ok("store", f"{where}: a file was put, found and deleted")


async def _mail(container: Container) -> Finding:
    settings: Settings = container.settings()
    if not settings.smtp_url:
        return Finding(part="mail", status=Status.OFF, text="ATG_SMTP_URL is not set: mail is kept in ATG_HOME/outbox")
    server = smtp_server(settings.smtp_url)
    from atg_adapters.smtp.mailer import SmtpMailer  # noqa: PLC0415 - few commands send mail

    mailer = container.mailer()
    assert isinstance(mailer, SmtpMailer)  # noqa: S101 - the address is set
    try:
        await mailer.check()
    except MailAway as error:
        return _failed("mail", _line(str(error)), "look at ATG_SMTP_URL: host, port, TLS, name and password")
    return _ok("mail", f"{server.host}:{server.port} takes connections from us, as {settings.mail_sender}")


async def _conferencing(container: Container) -> Finding:
    found, _ = await container.conferencing_queries().accounts(limit=_ACCOUNTS, offset=0)
    accounts = [each.account for each in found if each.account.is_enabled]
    if not accounts:
        return Finding(part="conferencing", status=Status.OFF, text="no account is enabled: no lesson can be started")
    refused = [account.label for account in accounts if not await _answers(container, account)]
    if refused:
        advice = "look at the credentials of these accounts"
        return _failed("conferencing", f"{len(refused)} of {len(accounts)} do not answer: {', '.join(refused)}", advice)
    return _ok("conferencing", f"{len(accounts)} accounts answer")


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
        return _failed(part, f"{folder}: {error.strerror}", "make the folder")
    text = f"{folder}: {free / _GIB:.1f} GiB are free"
    if free < _NO_SPACE:
        return _failed(part, text, "make room: uploads, mail and the embedded database need it")
    return _warning(part, text, "make room soon") if free < _LITTLE_SPACE else _ok(part, text)


def _ok(part: str, text: str) -> Finding:
    return Finding(part=part, status=Status.OK, text=text)


def _warning(part: str, text: str, advice: str) -> Finding:
    return Finding(part=part, status=Status.WARNING, text=text, advice=advice)


def _failed(part: str, text: str, advice: str) -> Finding:
    return Finding(part=part, status=Status.FAILED, text=text, advice=advice)


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

"""`atg demo`: the HTTP API over the example data, and people to sign in as."""

import json
import os
import sys
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from secrets import token_urlsafe
from tempfile import TemporaryDirectory

import msgspec
import typer

from atg_core.campaigns.model import DEFAULT_CAMPAIGN
from atg_core.importing.catalog import STATIONS
from atg_core.importing.identity import USERS
from atg_core.importing.ports import Source
from atg_core.importing.records import Row
from atg_core.shop.model import Item
from atg_core.shop.ports import ShopFilters
from atg_core.shop.purchases import PurchaseStatus
from atg_core.words import Language
from atg_entrypoints.cli.command import run
from atg_entrypoints.cli.demo_groups import Invited, play_invitations
from atg_entrypoints.cli.demo_homework import Submitted, play_homework
from atg_entrypoints.cli.demo_learning import Learning, play_learning
from atg_entrypoints.cli.importing import open_folder
from atg_entrypoints.cli.opening import opened
from atg_entrypoints.cli.serving import Host, Port, serve_api, serving_settings
from atg_entrypoints.container import Container
from atg_entrypoints.environment import all_variables
from atg_entrypoints.settings import Settings

app = typer.Typer()

_DEMO_USERS = (
    "admin",
    "instructor",
    "employee",
    "teacher",
    "student",
    "training",
    "shop",
    "marketing",
    "support",
)
"""One of each role."""
_MAX_PRODUCTS = 100
_ZONE = "Europe/Moscow"
"""That of the lessons in the example data."""
_IN_PACKAGE = Path(__file__).parents[1] / "examples"
_IN_CHECKOUT = Path(__file__).parents[3] / "examples"


class _Visit(msgspec.Struct):
    hours_ago: int
    views: list[str]
    email: str | None = None


class _Bought(msgspec.Struct):
    """A purchase of the lesson or course with this title. `paid`: false for a pending one."""

    hours_ago: int
    lesson: str | None = None
    course: str | None = None
    promo_code: str | None = None
    paid: bool = True


class _Customer(msgspec.Struct):
    telegram_id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str = "en"
    purchases: list[_Bought] = []


@app.command()
def demo(host: Host = None, port: Port = None) -> None:
    """Serve the HTTP API over the example data; on an empty database they are imported first."""
    if "ATG_TIMEZONE" not in all_variables():
        os.environ["ATG_TIMEZONE"] = _ZONE
    settings = serving_settings(host, port, None)
    passwords = run(_prepare_demo(settings))
    address = f"http://{settings.host}:{settings.port}"
    typer.echo(f"Console {address}/app/   API {address}   documentation {address}/docs")
    typer.echo("Sign in, at the console or at POST /auth/login, as")
    for username, password in passwords.items():
        typer.echo(f"  {username:<12}{password}")
    sys.stdout.flush()
    serve_api(settings)


async def _prepare_demo(settings: Settings) -> dict[str, str]:
    async with opened(settings, migrating=True) as container:
        return await import_examples(container, settings.home_path)


async def import_examples(container: Container, home: Path) -> dict[str, str]:
    """Imports the example data, with generated files, into an empty database; gives passwords by username.

    An import that was broken off is begun again. The passwords are made once and kept in `home`, readable by its owner
    alone.
    """
    passwords = _kept_passwords(home / "demo-passwords.json")
    unfinished = home / "demo-unfinished"
    if await container.catalog_queries().stations() and not unfinished.exists():
        return passwords
    unfinished.touch()
    rows = [Row(line=0, cells={"username": name, "password": password}) for name, password in passwords.items()]
    own = Source(file="demo passwords", kind=USERS, headers=["username", "password"], rows=rows)
    folder = _IN_PACKAGE if _IN_PACKAGE.is_dir() else _IN_CHECKOUT
    await _import_with_files(container, folder, own)
    unfinished.unlink()
    await _play_visits(container, msgspec.json.decode((folder / "visitors.json").read_bytes(), type=list[_Visit]))
    customers = msgspec.json.decode((folder / "customers.json").read_bytes(), type=list[_Customer])
    await _play_customers(container, customers)
    await play_learning(container, msgspec.json.decode((folder / "learners.json").read_bytes(), type=list[Learning]))
    invited = msgspec.json.decode((folder / "invitations.json").read_bytes(), type=list[Invited])
    await play_invitations(container, invited)
    submissions = msgspec.json.decode((folder / "submissions.json").read_bytes(), type=list[Submitted])
    await play_homework(container, submissions)
    return passwords


async def _import_with_files(container: Container, folder: Path, own: Source) -> None:
    """Stations first, since the keys of all files begin with their ids."""
    from atg_entrypoints.cli.demo_files import DemoFiles  # noqa: PLC0415 - draws, and is needed once

    with ExitStack() as stack:
        sources = [replace(source, rows=list(source.rows)) for source, _ in open_folder(folder, stack)]
    await container.import_files()([source for source in sources if source.kind is STATIONS])
    ids = {station.short_name: station.id for station in await container.catalog_queries().stations()}
    store = container.object_store()
    with TemporaryDirectory() as temporary:
        files = DemoFiles(object_store=store, folder=Path(temporary), station_ids=ids, sources=sources)
        await container.import_files()([*await files.placed_sources(), own])
        await files.decorate(container.edit_stations(), container.edit_topic_files())


async def _play_visits(container: Container, visits: list[_Visit]) -> None:
    """Replays visits of the campaign in the past, by the use cases of visitors."""
    start, view, submit = container.start_session(), container.view_asset(), container.submit_email()
    for visit in visits:
        at = partial(_ago, container.clock()(), visit.hours_ago)
        issue = replace(container.issue_promo_code(), clock=at)
        session = await replace(start, clock=at)(DEFAULT_CAMPAIGN)
        for slug in visit.views:
            await replace(view, clock=at, issue_promo_code=issue)(session.id, slug)
        if visit.email:
            await replace(submit, clock=at, issue_promo_code=issue)(session.id, visit.email, Language.RU)


async def _play_customers(container: Container, customers: list[_Customer]) -> None:
    """Replays purchases of the shop in the past, by the use cases of the bot."""
    lessons, _ = await container.shop_queries().lessons(ShopFilters(), limit=_MAX_PRODUCTS, offset=0)
    courses, _ = await container.shop_queries().courses(ShopFilters(), limit=_MAX_PRODUCTS, offset=0)
    lessons_by_title = {lesson.title: Item(lesson_id=lesson.id) for lesson in lessons}
    courses_by_title = {course.title: Item(course_id=course.id) for course in courses}
    create, settle = container.create_purchase(), container.settle_purchase()
    for customer in customers:
        values = msgspec.structs.asdict(customer)
        del values["telegram_id"], values["purchases"]
        first = max((bought.hours_ago for bought in customer.purchases), default=0)
        customer_editor = replace(container.edit_customers(), clock=partial(_ago, container.clock()(), first))
        known, _ = await customer_editor.register(customer.telegram_id, values)
        for number, bought in enumerate(customer.purchases, start=1):
            at = partial(_ago, container.clock()(), bought.hours_ago)
            item = lessons_by_title[bought.lesson] if bought.lesson else courses_by_title[bought.course or ""]
            name = f"demo-{customer.telegram_id}-{number}"
            purchase, _ = await replace(create, clock=at)(known.id, item, name, bought.promo_code)
            if bought.paid and purchase.status is PurchaseStatus.PENDING:
                await replace(settle, clock=at).complete(purchase.id, f"{name}-charge", purchase.amount)


def _ago(now: datetime, hours: int) -> datetime:
    return now - timedelta(hours=hours)


def _kept_passwords(path: Path) -> dict[str, str]:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        made = {name: token_urlsafe(9) for name in _DEMO_USERS}
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            json.dump(made, file, indent=2)
    kept: dict[str, str] = json.loads(path.read_text())
    return kept

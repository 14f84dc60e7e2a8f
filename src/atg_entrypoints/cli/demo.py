"""The demonstration: the example data, and people to sign in as."""

import json
import os
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from secrets import token_urlsafe

import msgspec

from atg_core.campaigns.model import DEFAULT_CAMPAIGN
from atg_core.importing.kinds import USERS
from atg_core.importing.model import Row
from atg_core.importing.ports import Source
from atg_core.mailing.model import Language
from atg_core.store.model import Item
from atg_core.store.ports import Wanted
from atg_core.store.purchases import PurchaseStatus
from atg_entrypoints.cli.importing import open_folder
from atg_entrypoints.container import Container

_DEMO_USERS = ("admin", "instructor", "employee", "teacher", "student")
_MOST_GOODS = 100
_IN_PACKAGE = Path(__file__).parents[1] / "examples"
_IN_CHECKOUT = Path(__file__).parents[3] / "examples"


class _Visit(msgspec.Struct):
    hours_ago: int
    views: list[str]
    email: str | None = None


class _Bought(msgspec.Struct):
    """The title of a lesson or of a course. `paid`: false where the customer has not done that yet."""

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


async def import_examples(container: Container, home: Path) -> dict[str, str]:
    """Imports the example data into an empty database; gives the names to sign in with and their passwords.

    The passwords are made once and kept in `home`, readable by its owner alone.
    """
    passwords = _kept_passwords(home / "demo-passwords.json")
    if await container.catalog().stations():
        return passwords
    rows = [Row(line=0, cells={"username": name, "password": password}) for name, password in passwords.items()]
    own = Source(file="demo passwords", kind=USERS, headers=["username", "password"], rows=rows)
    with ExitStack() as stack:
        folder = _IN_PACKAGE if _IN_PACKAGE.is_dir() else _IN_CHECKOUT
        sources = [source for source, _ in open_folder(folder, stack)]
        await container.import_files()([*sources, own])
    await _play_visits(container, msgspec.json.decode((folder / "visitors.json").read_bytes(), type=list[_Visit]))
    customers = msgspec.json.decode((folder / "customers.json").read_bytes(), type=list[_Customer])
    await _play_customers(container, customers)
    return passwords


async def _play_visits(container: Container, visits: list[_Visit]) -> None:
    """What visitors of the campaign did, some time ago, by the calls that they made."""
    start, view, submit = container.start_session(), container.view_asset(), container.submit_email()
    for visit in visits:
        at = partial(_ago, container.clock()(), visit.hours_ago)
        issue = replace(container.issue_codes(), clock=at)
        session = await replace(start, clock=at)(DEFAULT_CAMPAIGN)
        for slug in visit.views:
            await replace(view, clock=at, issue=issue)(session.id, slug)
        if visit.email:
            await replace(submit, clock=at, issue=issue)(session.id, visit.email, Language.RU)


async def _play_customers(container: Container, customers: list[_Customer]) -> None:
    """What customers of the shop bought, some time ago, by the calls of the bot."""
    lessons, _ = await container.shop().lessons(Wanted(), limit=_MOST_GOODS, offset=0)
    courses, _ = await container.shop().courses(Wanted(), limit=_MOST_GOODS, offset=0)
    goods = {lesson.title: Item(lesson_id=lesson.id) for lesson in lessons}
    bundles = {course.title: Item(course_id=course.id) for course in courses}
    create, settle = container.create_purchase(), container.settle_purchase()
    for customer in customers:
        values = msgspec.structs.asdict(customer)
        del values["telegram_id"], values["purchases"]
        first = max((bought.hours_ago for bought in customer.purchases), default=0)
        meet = replace(container.keep_customers(), clock=partial(_ago, container.clock()(), first))
        known, _ = await meet.meet(customer.telegram_id, values)
        for number, bought in enumerate(customer.purchases, start=1):
            at = partial(_ago, container.clock()(), bought.hours_ago)
            item = goods[bought.lesson] if bought.lesson else bundles[bought.course or ""]
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

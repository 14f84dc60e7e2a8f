"""Managers, on SQL."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.exc import IntegrityError

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.database import Database
from atg_adapters.sql.lists import is_among
from atg_adapters.sql.result import Row
from atg_adapters.sql.tables.catalog import stations
from atg_adapters.sql.tables.identity import user_profiles, users
from atg_adapters.sql.tables.learning import LEADS, managers
from atg_core.learning.managers import Manager, UnknownManagedStation
from atg_core.learning.ports import LearnerNotFound

_user: sa.BindParameter[UUID] = sa.bindparam("user")


def is_managed_by(manager: UUID | sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Whether the person of `user_profiles` is in a department or at a station that this user leads."""
    return sa.exists().where(managers.c.user_id == manager, LEADS).correlate(user_profiles)


_ACTIVE = sa.select(users.c.id).where(users.c.id == _user, users.c.is_active).with_for_update(read=True)
_FORGET = sa.delete(managers).where(managers.c.user_id == _user)


class SqlManagers:
    """`ManagerStore` within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def lead(self, user_id: UUID, departments: Collection[str], station_ids: Collection[int]) -> None:
        if (await self.connection.execute(_ACTIVE, {"user": user_id})).first() is None:
            raise LearnerNotFound
        await self.connection.execute(_FORGET, {"user": user_id})
        led: list[dict[str, Any]] = [{"department": each, "station_id": None} for each in departments]
        led += [{"department": None, "station_id": each} for each in station_ids]
        try:
            rows = [{"id": uuid4(), "user_id": user_id, **each} for each in led]
            await self.connection.execute(sa.insert(managers), rows)
        except IntegrityError as error:  # the user is locked, and the only other reference is that to a station
            raise UnknownManagedStation from error


_is_manager = sa.exists().where(managers.c.user_id == users.c.id) & users.c.is_active
_PAGE = (
    sa.select(users.c.id, users.c.username, users.c.full_name)
    .where(_is_manager)
    .order_by(users.c.username)
    .limit(sa.bindparam("limit"))
    .offset(sa.bindparam("offset"))
)
_COUNT = sa.select(sa.func.count()).select_from(users).where(_is_manager)
_ONE = sa.select(users.c.id, users.c.username, users.c.full_name).where(_is_manager, users.c.id == _user)
_LED = (
    sa.select(managers.c.user_id, managers.c.department, managers.c.station_id, stations.c.name)
    .outerjoin(stations, stations.c.id == managers.c.station_id)
    .where(is_among(managers.c.user_id, "users"))
    .order_by(managers.c.department, stations.c.name)
)
_MANAGERS_OF = (
    sa.select(user_profiles.c.id, users.c.id.label("manager"))
    .distinct()
    .select_from(user_profiles.join(managers, LEADS).join(users, users.c.id == managers.c.user_id))
    .where(is_among(user_profiles.c.id, "users"), users.c.is_active, users.c.id != user_profiles.c.id)
    .order_by(user_profiles.c.id, users.c.id)
)


class SqlManagerQueries:
    """`ManagerQueries`: plain reads."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def managers(self, *, limit: int, offset: int) -> tuple[list[Manager], int]:
        total, page = await self.database.results((_COUNT, {}), (_PAGE, {"limit": limit, "offset": offset}))
        return await self._with_what_they_lead(page.all()), total.scalar_one()

    async def find_manager(self, user_id: UUID) -> Manager | None:
        if found := await self.database.rows(_ONE, {"user": user_id}):
            return (await self._with_what_they_lead(found))[0]
        return None

    async def _with_what_they_lead(self, people: Iterable[Row]) -> list[Manager]:
        led: defaultdict[UUID, list[Row]] = defaultdict(list)
        for row in await self.database.rows(_LED, {"users": [person.id for person in people]}):
            led[row.user_id].append(row)
        return [_manager(person, led[person.id]) for person in people]

    async def managers_of(self, user_ids: Collection[UUID]) -> Mapping[UUID, list[UUID]]:
        found: dict[UUID, list[UUID]] = {}
        for row in await self.database.rows(_MANAGERS_OF, {"users": user_ids}):
            found.setdefault(row.id, []).append(row.manager)
        return found


def _manager(person: Row, led: Collection[Row]) -> Manager:
    stations_led = [{"id": each.station_id, "name": each.name} for each in led if each.station_id is not None]
    return convert(
        {
            "user_id": person.id,
            "username": person.username,
            "full_name": person.full_name,
            "departments": [each.department for each in led if each.department is not None],
            "stations": stations_led,
        },
        Manager,
    )

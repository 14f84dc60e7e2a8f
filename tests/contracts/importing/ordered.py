"""What tests of ordered imports do: upload a file, run its jobs, and compare all rows of the database."""

import csv
import io
from collections.abc import AsyncIterator, Mapping, Sequence
from enum import Enum
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from atg_adapters.memory.database import MemoryDatabase
from atg_adapters.sql.tables.every import metadata
from atg_core.identity.model import Caller, Role
from atg_core.importing.imports import FileImport
from atg_core.importing.undoing import UNRECORDED
from atg_entrypoints.container import Container
from tests.people import add_person

type Rows = dict[str, list[tuple[tuple[str, str], ...]]]


async def every_row(container: Container) -> Rows:
    """All rows of all tables, by table, in an order of their own."""
    database = container.database()
    if isinstance(database, MemoryDatabase):
        found: Mapping[str, Sequence[Mapping[str, Any]]] = {
            name: list(rows.values()) for name, rows in database.tables.items() if rows
        }
    else:
        found = {
            name: [row._asdict() for row in rows]
            for name, table in metadata.tables.items()
            if (rows := await database.rows(sa.select(table)))
        }
    return {
        name: sorted(tuple(sorted((str(column), _told(value)) for column, value in row.items())) for row in rows)
        for name, rows in found.items()
        if name not in UNRECORDED
    }


def _told(value: object) -> str:
    return repr(value.value if isinstance(value, Enum) else value)


async def an_admin(container: Container, username: str = "the-admin") -> Caller:
    user_id = await add_person(container, username, role=Role.ADMIN)
    return Caller(
        id=user_id,
        username=username,
        role=Role.ADMIN,
        full_name=None,
        email=None,
        is_active=True,
        session_id=uuid4(),
    )


async def _chunks(content: bytes) -> AsyncIterator[bytes]:
    yield content


def as_csv(rows: Sequence[Mapping[str, str]]) -> bytes:
    headers = list(dict.fromkeys(header for row in rows for header in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, headers, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


async def found(container: Container, order: FileImport) -> FileImport:
    present: FileImport = await container.import_queries().find(order.id)
    return present


async def checked(container: Container, admin: Caller, kind: str, content: bytes, name: str = "rows.csv") -> FileImport:
    order = await container.order_imports().upload(admin, kind, name, _chunks(content))
    await container.run_imports().check({"import_id": str(order.id)})
    return await found(container, order)


async def applied(container: Container, admin: Caller, kind: str, content: bytes, name: str = "rows.csv") -> FileImport:
    order = await checked(container, admin, kind, content, name)
    await container.order_imports().apply(admin, order.id)
    await container.run_imports().apply({"import_id": str(order.id), "ordered_by": str(admin.id)})
    return await found(container, order)


async def undone(container: Container, admin: Caller, order: FileImport) -> FileImport:
    await container.order_imports().undo(admin, order.id)
    await container.run_imports().undo({"import_id": str(order.id), "ordered_by": str(admin.id)})
    return await found(container, order)

"""The columns that an entity is made of."""

from collections.abc import Collection
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def columns_of(
    table: sa.Table, entity: "type[DataclassInstance]", *, without: Collection[str] = ()
) -> list[sa.Column[Any]]:
    """The columns of the table that are named as fields of the entity."""
    names = [field.name for field in fields(entity) if field.name not in without]
    return [table.c[name] for name in names if name in table.c]

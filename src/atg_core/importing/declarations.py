"""Shorthands for declaring kinds."""

from typing import Any

from atg_core.importing.cells import Parse, boolean, code, line, text
from atg_core.importing.model import Column, Reference

LINE, CODE, KEY, SOURCED_ID = line(255), code(50), text(1024), code(1000)


def column(header: str, parse: Parse = LINE, *, field: str | None = None, **rules: Any) -> Column:
    return Column(header=header, parse=parse, field=field or header, **rules)


def columns(headers: str, parse: Parse = LINE) -> tuple[Column, ...]:
    return tuple(column(header, parse) for header in headers.split())


def refers(header: str, kind: str, field: str, *, required: bool = True) -> Reference:
    return Reference(headers=(header,), targets={kind: field}, required=required)


ACTIVE = column("is_active", boolean, default=True)

"""The register of certificates, on SQL: plain reads."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert

from atg_adapters.sql.database import Database
from atg_adapters.sql.folding import escaped, search
from atg_adapters.sql.tables.catalog import courses, stations
from atg_adapters.sql.tables.identity import display_name, user_profiles, users
from atg_adapters.sql.tables.learning import certificates, external_certificates, user_courses
from atg_adapters.sql.types import UtcDateTime
from atg_core.learning.certificate_register import (
    ENDING,
    CertificateState,
    EndingCertificate,
    RegisteredCertificate,
    RegisterQuery,
)

_later = certificates.alias("later")
replaced_by = (
    sa.select(_later.c.number)
    .where(
        _later.c.user_id == certificates.c.user_id,
        _later.c.course_id == certificates.c.course_id,
        _later.c.round > certificates.c.round,
        _later.c.revoked_at.is_(None),
    )
    .order_by(_later.c.round.desc())
    .limit(1)
    .correlate(certificates)
    .scalar_subquery()
)
"""The number of the certificate of the latest round after this one."""

_SHARED = ("id", "number", "user_id", "course_id", "title", "issued_at", "valid_until")
_ours = sa.select(
    *(certificates.c[name] for name in _SHARED),
    certificates.c.full_name,
    sa.cast(sa.null(), sa.String(255)).label("issuer"),
    certificates.c.revoked_at,
    replaced_by.label("replaced_by"),
)
_others = sa.select(
    *(external_certificates.c[name] for name in _SHARED),
    sa.cast(sa.null(), sa.String(255)).label("full_name"),
    external_certificates.c.issuer,
    sa.cast(sa.null(), UtcDateTime).label("revoked_at"),
    sa.cast(sa.null(), sa.String(20)).label("replaced_by"),
)
_register = sa.union_all(_ours, _others).subquery("register")
_people = (
    _register.join(users, users.c.id == _register.c.user_id)
    .outerjoin(user_profiles, user_profiles.c.id == users.c.id)
    .outerjoin(stations, stations.c.id == user_profiles.c.station_id)
)
_PAGE = (
    sa.select(
        *(_register.c[name] for name in (*_SHARED[1:], "issuer", "revoked_at", "replaced_by")),
        sa.func.coalesce(_register.c.full_name, display_name(users)).label("full_name"),
        users.c.username,
        user_profiles.c.employee_id,
        user_profiles.c.department,
        stations.c.name.label("station"),
    )
    .select_from(_people)
    .order_by(_register.c.issued_at.desc(), _register.c.id)
)
_COUNT = sa.select(sa.func.count()).select_from(_people)

_after: sa.BindParameter[datetime] = sa.bindparam("after", type_=UtcDateTime)
_until: sa.BindParameter[datetime] = sa.bindparam("until", type_=UtcDateTime)
_beyond: sa.BindParameter[UUID] = sa.bindparam("beyond", type_=sa.Uuid())
_is_taken = sa.exists().where(
    user_courses.c.user_id == _register.c.user_id,
    user_courses.c.course_id == _register.c.course_id,
    user_courses.c.cancelled_at.is_(None),
    # What somebody has won meanwhile lasts longer.
    user_courses.c.valid_until == _register.c.valid_until,
)
_ENDING = (
    sa.select(*(_register.c[name] for name in ("id", "user_id", "course_id", "title", "number", "valid_until")))
    .select_from(_register.join(users, users.c.id == _register.c.user_id).join(courses))
    .where(
        _register.c.valid_until > _after,
        _register.c.valid_until <= _until,
        _register.c.id > _beyond,
        _register.c.revoked_at.is_(None),
        _register.c.replaced_by.is_(None),
        users.c.is_active,
        courses.c.is_active,
        _is_taken,
    )
    .order_by(_register.c.id)
    .limit(sa.bindparam("limit"))
)
_NO_ID = UUID(int=0)


class SqlCertificateRegister:
    """`CertificateRegister` on a database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def page(
        self, query: RegisterQuery, now: datetime, *, limit: int, offset: int
    ) -> tuple[list[RegisteredCertificate], int]:
        matching = _matching(query, now)
        counted, rows = await self.database.results(
            (_COUNT.where(*matching), {}), (_PAGE.where(*matching).limit(limit).offset(offset), {})
        )
        return [convert(row, RegisteredCertificate, from_attributes=True) for row in rows], counted.scalar_one()

    async def ending(
        self, after: datetime, until: datetime, *, beyond: UUID | None = None, limit: int
    ) -> Sequence[EndingCertificate]:
        given = {"after": after, "until": until, "beyond": beyond or _NO_ID, "limit": limit}
        rows = await self.database.rows(_ENDING, given)
        return [convert(row, EndingCertificate, from_attributes=True) for row in rows]


def _matching(query: RegisterQuery, now: datetime) -> list[sa.ColumnElement[bool]]:
    given = [
        (user_profiles.c.department, query.department),
        (user_profiles.c.station_id, query.station_id),
        (_register.c.course_id, query.course_id),
    ]
    matching: list[sa.ColumnElement[bool]] = [column == value for column, value in given if value is not None]
    if words := escaped(query.q or ""):
        names = search(users.c.username, users.c.full_name, user_profiles.c.employee_id, words=words)
        number = sa.or_(*(_register.c.number.contains(each, escape="/") for each in {words, words.upper()}))
        matching.append(names | number)
    if query.ours:
        matching.append(_register.c.issuer.is_(None))
    return matching + ([] if query.state is None else _are(query.state, now))


def _are(state: CertificateState, now: datetime) -> list[sa.ColumnElement[bool]]:
    revoked, replaced, until = (_register.c[name] for name in ("revoked_at", "replaced_by", "valid_until"))
    if state is CertificateState.REVOKED:
        return [revoked.is_not(None)]
    if state is CertificateState.REPLACED:
        return [revoked.is_(None), replaced.is_not(None)]
    of_time = {
        CertificateState.VALID: until.is_(None) | (until > now + ENDING),
        CertificateState.ENDING: (until > now) & (until <= now + ENDING),
        CertificateState.ENDED: until <= now,
    }
    return [revoked.is_(None), replaced.is_(None), of_time[state]]

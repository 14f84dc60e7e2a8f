"""The register of certificates, in memory."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_adapters.memory.people import display_name
from atg_core.learning.certificate_register import EndingCertificate, RegisteredCertificate, RegisterQuery
from atg_core.text import holds


def replaced_by(database: MemoryDatabase, certificate: Row) -> str | None:
    """The number of the certificate of the latest round after this one."""
    mine = {"user_id": certificate["user_id"], "course_id": certificate["course_id"]}
    later = [
        (row["round"], row["number"])
        for row in database.rows("certificates", **mine)
        if row["round"] > certificate["round"] and row.get("revoked_at") is None
    ]
    return max(later, default=(0, None))[1]


class MemoryCertificateRegister:
    """`CertificateRegister` on tables in memory."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database
        self.tables = database.tables

    async def page(
        self, query: RegisterQuery, now: datetime, *, limit: int, offset: int
    ) -> tuple[list[RegisteredCertificate], int]:
        matching = [row for row in self._register() if self._is_meant(query, row)]
        by_id = sorted(matching, key=lambda row: row["id"])
        newest_first = sorted(by_id, key=lambda row: row["issued_at"], reverse=True)
        found = convert(newest_first, list[RegisteredCertificate])
        found = [each for each in found if query.state in {None, each.state(now)}]
        return found[offset : offset + limit], len(found)

    async def ending(
        self, after: datetime, until: datetime, *, beyond: UUID | None = None, limit: int
    ) -> Sequence[EndingCertificate]:
        found = sorted(
            (
                row
                for row in self._register()
                if row["valid_until"]
                and after < row["valid_until"] <= until
                and (beyond is None or row["id"] > beyond)
                and self._is_wanted(row)
            ),
            key=lambda row: row["id"],
        )
        return convert(found[:limit], list[EndingCertificate])

    def _register(self) -> Iterator[Row]:
        for row in self.database.rows("certificates"):
            of_ours = {"issuer": None, "replaced_by": replaced_by(self.database, row)}
            yield {"revoked_at": None, **row, **of_ours, **self._person(row["user_id"])}
        for row in self.database.rows("external_certificates"):
            name = display_name(self.database, row["user_id"])
            nothing = {"revoked_at": None, "replaced_by": None}
            yield {**row, **nothing, "full_name": name, **self._person(row["user_id"])}

    def _person(self, user_id: UUID) -> Row:
        user, profile = self.tables["users"][user_id], self.tables["user_profiles"].get(user_id, {})
        station = self.tables["stations"].get(profile.get("station_id"), {})
        return {
            "username": user["username"],
            "users_name": user["full_name"],
            "is_active": user["is_active"],
            "employee_id": profile.get("employee_id"),
            "department": profile.get("department"),
            "station_id": station.get("id"),
            "station": station.get("name"),
        }

    @staticmethod
    def _is_meant(query: RegisterQuery, row: Row) -> bool:
        given = {name: getattr(query, name) for name in ("department", "station_id", "course_id")}
        names = [row[name] for name in ("username", "users_name", "employee_id", "number")]
        if query.ours and row["issuer"] is not None:
            return False
        return holds(query.q, *names) and all(value in {None, row[name]} for name, value in given.items())

    def _is_wanted(self, row: Row) -> bool:
        mine = {"user_id": row["user_id"], "course_id": row["course_id"], "cancelled_at": None}
        return (
            row["revoked_at"] is None
            and row["replaced_by"] is None
            and row["is_active"]
            and self.tables["courses"].get(row["course_id"], {}).get("is_active", False)
            and any(self.database.rows("user_courses", **mine, valid_until=row["valid_until"]))
        )

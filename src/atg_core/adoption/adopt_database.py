"""Adopting an existing database: all of it, or nothing."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, tzinfo

from atg_core.adoption.accounts import AdoptedAccounts, adopted_profiles
from atg_core.adoption.catalog import NamedOnce, OneTest, TopicFiles
from atg_core.adoption.learning import AdoptedCertificates, AdoptedEnrollments
from atg_core.adoption.model import Adoption, Findings, Rows
from atg_core.adoption.ports import AdoptionTarget, ExistingDatabase, ExistingRows, Filling, TargetNotEmpty
from atg_core.clock import Clock
from atg_core.identity.ports import Passwords
from atg_core.ids import NewId

type Rule = Callable[[Rows], Awaitable[Rows]]

_NAMED = 5
_PROFILES = "made for accounts that had none"
_ISSUED = "issued for completed courses that had none"
_RECOUNTED = "{column} was another number than is counted"


class _Undo(Exception):
    """Rolls back a dry run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptDatabase:
    """Fills an empty database with the rows of an existing one, which is only read.

    `update_completion`: updates percents, certificates and totals of all. Raises TargetNotEmpty, and what
    ExistingDatabase raises.
    """

    existing: ExistingDatabase
    target: AdoptionTarget
    passwords: Passwords
    update_completion: Callable[[], Awaitable[None]]
    clock: Clock
    new_id: NewId
    new_code: Callable[[], str]
    timezone: tzinfo

    async def __call__(self, *, dry: bool, advance: Callable[[str, int, int], None]) -> Adoption:
        """`advance` is told a table, how many of its rows were read, and how many there are in all tables."""
        if occupied := list(await self.target.occupied()):
            more = f" and {len(occupied) - _NAMED} more" if len(occupied) > _NAMED else ""
            raise TargetNotEmpty(tables=", ".join(occupied[:_NAMED]) + more)
        findings = Findings()
        with suppress(_Undo):
            async with self.existing.snapshot() as there, self.target.transaction():
                counts = await there.counts()
                async with self.target.filling() as filling:
                    total = sum(counts.values())
                    run = _Run(self, there, filling, findings, self.clock())
                    for table in counts:
                        await run.take(table, lambda table, rows: advance(table, rows, total))
                    await run.finish()
                    await filling.continue_numbers()
                await there.tell_untaken(findings)
                certified = (await self.target.table_counts(counts)).get("certificates")
                await self._conclude(findings)
                tables = await self.target.table_counts(counts)
                if certified and (issued := tables["certificates"].here - certified.here):
                    findings.tell("certificates", _ISSUED, count=issued)
                if dry:
                    raise _Undo
        return Adoption(tables=tables, notes=findings.notes(), dry=dry)

    async def _conclude(self, findings: Findings) -> None:
        for (table, column), count in (await self.target.recount()).items():
            findings.tell(table, _RECOUNTED.format(column=column), count=count)
        await self.update_completion()


class _Run:
    def __init__(
        self, adopt: AdoptDatabase, there: ExistingRows, filling: Filling, findings: Findings, now: datetime
    ) -> None:
        self._adopt, self._there, self._filling, self._findings, self._now = adopt, there, filling, findings, now
        self._certificates = AdoptedCertificates(
            findings=findings, new_code=adopt.new_code, timezone=adopt.timezone, now=now
        )
        self._rules: dict[str, Rule] = {
            "users": AdoptedAccounts(adopt.passwords, findings),
            "user_profiles": adopted_profiles,
            "station_gas_supply_sources": NamedOnce(
                findings, "station_gas_supply_sources", "station_id", "source_name", 255
            ),
            "lesson_materials": NamedOnce(findings, "lesson_materials", "lesson_id", "material_name", 500),
            "topics": NamedOnce(findings, "topics", "lesson_id", "code", 50, given="topic-{id}"),
            "topic_files": TopicFiles(findings),
            "lesson_tests": OneTest(findings, "lesson_tests", "lesson_id"),
            "final_tests": OneTest(findings, "final_tests", "course_program_id"),
            "certificates": self._certificates,
        }

    async def take(self, table: str, advance: Callable[[str, int], None]) -> None:
        rule = await self._rule_of(table)
        async for rows in self._there.rows(table, self._findings):
            read = len(rows)
            await self._filling.add(table, await rule(rows) if rule else rows)
            if isinstance(rule, AdoptedEnrollments):
                await self._filling.add("user_topic_progress", rule.progress)
            advance(table, read)

    async def _rule_of(self, table: str) -> Rule | None:
        if table == "certificates":
            self._certificates.reserve(await self._there.certificate_numbers())
        if table != "user_courses":
            return self._rules.get(table)
        topics = await self._filling.topics_of_courses()
        return AdoptedEnrollments(topics_of=topics, findings=self._findings, new_id=self._adopt.new_id, now=self._now)

    async def finish(self) -> None:
        if made := await self._filling.add_missing_profiles(self._now):
            self._findings.tell("user_profiles", _PROFILES, count=made)
        years = [{"year": year, "last": last} for year, last in sorted(self._certificates.last.items())]
        await self._filling.add("certificate_numbers", years)

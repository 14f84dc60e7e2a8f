"""Contract of `AuditLog` and its hash chain, with tampering (Z7)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from dependency_injector import providers

from atg_adapters.memory.database import MemoryDatabase
from atg_adapters.sql.tables.every import metadata
from atg_core.identity.audit import Action, AuditEvent
from atg_core.identity.audit_chain import VERIFY_AUDIT, AuditQuery, SealAudit, Verdict
from atg_core.jobs.model import JobStatus, Work
from atg_core.operations import AuditState, OperationsState
from atg_entrypoints.container import Container

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
ANNA, BORIS = uuid4(), uuid4()


def event(minutes: int, **changes: Any) -> AuditEvent:
    fields = {
        "id": uuid4(),
        "at": START + timedelta(minutes=minutes),
        "action": Action.SIGNED_IN,
        "actor_id": ANNA,
        "user_id": ANNA,
        "session_id": uuid4(),
        "ip_address": "192.0.2.7",
        "user_agent": 'Тест/1.0 "x"',
        **changes,
    }
    return AuditEvent(**fields)


async def write_down(container: Container, *events: AuditEvent) -> None:
    async with container.open_identity()() as store:
        for each in events:
            await store.record(each)


async def sealed(container: Container, *events: AuditEvent, at: datetime = START + timedelta(hours=1)) -> None:
    await write_down(container, *events)
    await replace(container.seal_audit(), clock=lambda: at)()


async def verdict(container: Container) -> Verdict:
    found: Verdict = await container.verify_audit()()
    return found


async def tamper(container: Container, table: str, key: Any, **changes: Any) -> None:
    """Changes or deletes a row, bypassing the triggers."""
    database = container.database()
    if isinstance(database, MemoryDatabase):
        row = database.tables[table].pop(key)
        if changes:
            database.tables[table][key] = {**row, **changes}
        return
    column = metadata.tables[table].c["id" if table == "audit_events" else "number"]
    which = sa.delete(metadata.tables[table]) if not changes else sa.update(metadata.tables[table]).values(changes)
    async with database.transaction() as connection:
        if database.is_sqlite:
            for trigger in ("kept", "kept_as_it_is"):
                await connection.execute(sa.text(f"DROP TRIGGER IF EXISTS {table}_{trigger}"))
        else:
            await connection.execute(sa.text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        await connection.execute(which.where(column == key))
        if not database.is_sqlite:
            await connection.execute(sa.text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))


class AuditContract:
    """Run by every adapter: the fixture `container` says which."""

    async def test_the_trail_is_read_newest_first_and_by_what_is_asked_for(self, container: Container) -> None:
        failed = event(1, action=Action.SIGN_IN_FAILED, actor_id=None, ip_address=None, user_agent=None)
        events = [event(0), failed, event(2, actor_id=BORIS), event(3, user_id=BORIS)]
        await write_down(container, *events)
        trail = container.audit_log()

        async def found(**query: Any) -> list[UUID]:
            listed, total = await trail.events(AuditQuery(**query), limit=100, offset=0)
            assert len(listed) == total
            return [each.id for each in listed]

        ids = [each.id for each in events]
        assert await trail.events(AuditQuery(), limit=2, offset=1) == ([events[2], events[1]], 4)
        assert await found() == ids[::-1]
        assert await found(actor_id=BORIS) == [ids[2]]
        assert await found(user_id=ANNA) == [ids[2], ids[1], ids[0]]
        assert await found(action=Action.SIGN_IN_FAILED) == [ids[1]]
        assert await found(start=events[1].at, end=events[3].at) == [ids[2], ids[1]]
        assert await found(start=events[1].at, actor_id=ANNA) == [ids[3]]

    async def test_the_whole_of_it_comes_in_batches_oldest_first(self, container: Container) -> None:
        events = [event(number) for number in range(1_100)]
        await write_down(container, *events[::-1])
        batches = [batch async for batch in container.audit_log().all_events(AuditQuery(start=events[1].at))]
        assert [each for batch in batches for each in batch] == events[1:]

    async def test_a_trail_that_is_as_it_was_is_found_so_however_often_it_is_sealed(self, container: Container) -> None:
        assert (await verdict(container)) == Verdict(sealed=0, last=bytes(32))
        await sealed(container, *(event(number) for number in range(1_100)))
        first = await verdict(container)
        assert (first.sealed, first.fault) == (1_100, None)
        await sealed(container)
        assert await verdict(container) == first
        late = event(-60 * 22, actor_id=None, session_id=None)
        await sealed(container, late, event(61), at=START + timedelta(hours=2))
        longer = await verdict(container)
        assert (longer.sealed, longer.fault) == (1_102, None)
        assert longer.last != first.last

    @pytest.mark.parametrize(
        "changes",
        [
            {"action": "signed_out"},
            {"actor_id": BORIS},
            {"user_id": None},
            {"session_id": None},
            {"ip_address": "192.0.2.8"},
            {"user_agent": "Тест/1.0"},
            {"at": START + timedelta(minutes=1, microseconds=1)},
        ],
    )
    async def test_an_event_that_was_changed_is_named(self, container: Container, changes: dict[str, Any]) -> None:
        """Z7."""
        events = [event(number) for number in range(3)]
        await sealed(container, *events)
        await tamper(container, "audit_events", events[1].id, **changes)
        found = await verdict(container)
        assert (found.sealed, found.fault, found.event_id) == (1, "was changed", events[1].id)

    async def test_an_event_that_is_gone_is_named(self, container: Container) -> None:
        """Z7."""
        events = [event(number) for number in range(3)]
        await sealed(container, *events)
        await tamper(container, "audit_events", events[2].id)
        found = await verdict(container)
        assert (found.sealed, found.fault, found.event_id) == (2, "is gone", events[2].id)

    async def test_an_event_that_is_gone_with_its_seal_leaves_a_gap(self, container: Container) -> None:
        events = [event(number) for number in range(3)]
        await sealed(container, *events)
        await tamper(container, "audit_events", events[1].id)
        await tamper(container, "audit_seals", 2)
        found = await verdict(container)
        assert (found.fault, found.event_id) == ("follows a gap: the seal 2 is gone", events[2].id)

    async def test_an_event_that_was_put_in_later_is_named(self, container: Container) -> None:
        await sealed(container, event(0))
        stray = event(-60 * 25)
        await sealed(container, stray, at=START + timedelta(hours=2))
        found = await verdict(container)
        assert (found.sealed, found.fault, found.event_id) == (1, "was put in later", stray.id)

    async def test_years_that_were_written_down_before_are_sealed_even_if_that_is_interrupted(
        self, container: Container
    ) -> None:
        days = [event(60 * 24 * number) for number in range(1_000)]
        await write_down(container, *days)
        store = container.open_audit_seals()
        some = SealAudit(open=store, clock=lambda: START + timedelta(days=2_000))
        assert await some._seal_some() == 1_000
        await write_down(container, *(event(60 * 24 * number) for number in range(1_000, 1_400)))
        await some()
        assert await verdict(container) == replace(await verdict(container), sealed=1_400, fault=None)
        stray = event(60 * 24 * 100)
        await write_down(container, stray)
        await some()
        assert (await verdict(container)).event_id == stray.id

    async def test_sealing_goes_on_after_a_clock_that_was_ahead(self, container: Container) -> None:
        await sealed(container, event(0), event(60 * 24 * 365), at=START + timedelta(days=365))
        await sealed(container, event(1), at=START + timedelta(hours=1))
        assert (await verdict(container)).sealed == 3

    async def test_a_worker_seals_every_minute(self, container: Container) -> None:
        container.clock.override(providers.Object(lambda: START))
        [periodic] = [each for each in container.work().periodic if each.kind.name == "seal_audit"]
        assert periodic.cron == "* * * * *"
        await write_down(container, event(0))
        await periodic.kind.handler({})
        assert (await verdict(container)).sealed == 1

    async def test_an_operator_sees_how_far_the_log_is_sealed_and_what_waits(self, container: Container) -> None:
        queries = container.operations_queries()
        assert await queries.state() == OperationsState(
            jobs=[], audit=AuditState(seals=0, sealed_at=None, unsealed_since=None)
        )
        await write_down(container, event(1), event(0))
        assert (await queries.state()).audit == AuditState(seals=0, sealed_at=None, unsealed_since=START)
        at = START + timedelta(hours=1)
        await sealed(container, at=at)
        assert (await queries.state()).audit == AuditState(seals=2, sealed_at=at, unsealed_since=None)
        await write_down(container, event(5), event(3))
        await container.jobs().enqueue("note", {})
        state = await queries.state()
        assert state.audit == AuditState(seals=2, sealed_at=at, unsealed_since=START + timedelta(minutes=3))
        assert [(each.kind, each.waiting, each.running, each.dead) for each in state.jobs] == [("note", 1, 0, 0)]

    async def test_a_log_that_was_changed_leaves_a_dead_job_to_the_operator(self, container: Container) -> None:
        jobs = container.jobs()
        [kind] = [each for each in container.work().every if each.name == VERIFY_AUDIT]
        to_do = Work(kinds=(replace(kind, max_pause=timedelta(0)),))
        events = [event(0), event(1)]
        await sealed(container, *events)
        await jobs.enqueue(VERIFY_AUDIT, {})
        await jobs.run(to_do, until_idle=True)
        assert await jobs.listed() == []
        await tamper(container, "audit_events", events[1].id, user_agent="another")
        await jobs.enqueue(VERIFY_AUDIT, {})
        await jobs.run(to_do, until_idle=True)
        [dead] = await jobs.listed()
        assert (dead.status, (dead.error or "")[:12]) == (JobStatus.DEAD, "AuditBroken:")

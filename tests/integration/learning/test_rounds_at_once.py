"""Rounds of courses over SQLite and PostgreSQL, and the job and results at the same time in two processes."""

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from atg_adapters.sql.tables.catalog import courses
from atg_adapters.sql.tables.learning import user_courses
from atg_core.clock import utc_now
from atg_core.learning import grading
from atg_entrypoints.container import close, create_container
from tests.arranging import rows_of
from tests.contracts.learning.rounds_machine import RoundsMachine
from tests.integration.server_pair import Pair, two_processes
from tests.machines import hold_on_a_database
from tests.people import add_person
from tests.school import company_course

DAY = timedelta(days=1)


@pytest.mark.parametrize("database", ["sqlite_url", "postgres_url"])
def test_the_laws_of_rounds_hold_on_a_database(database: str, request: pytest.FixtureRequest) -> None:
    """The machine that runs over memory in the unit tests."""
    hold_on_a_database(RoundsMachine, request.getfixturevalue(database), steps=15, runs=3)


async def test_the_job_and_results_at_once_give_one_certificate_for_each_round(postgres_pair: Pair) -> None:
    """Ten learners whose courses are due again; two processes run the job and take each result several times."""
    async with two_processes(postgres_pair) as (container, _):
        course = await company_course(container, topics=1)
        people = [await add_person(container, f"learner-{number}") for number in range(10)]
        others = [create_container(container.settings()) for _ in range(2)]
        test = grading.TestRef(kind=grading.TestKind.FINAL, parent_id=course.program)
        for person in people:
            await container.enroll()(person, course.id)
            await container.record_progress()(
                person, course.topics[0], completed=True, position_seconds=None, seconds_studied=0
            )
        async with container.database().transaction() as connection:
            await connection.execute(sa.update(courses).values(valid_months=12))
        for person in people:
            await container.take_test().record(person, test, 100)
        began = utc_now()
        async with container.database().transaction() as connection:
            soon = {"valid_until": began + 10 * DAY, "renews_at": began}
            await connection.execute(sa.update(user_courses).values(**soon))
        await asyncio.gather(
            *(process.renew_courses()() for process in others for _ in range(3)),
            *(process.take_test().record(person, test, 100) for person in people for process in others),
        )
        for process in others:
            await close(process)
        issued = await rows_of(container, "certificates")
        assert sorted((row["user_id"], row["round"]) for row in issued) == sorted(
            (person, number) for person in people for number in (1, 2)
        )
        numbers = sorted(int(row["number"].rpartition("-")[2]) for row in issued)
        assert numbers == list(range(1, 21))
        enrolled = await rows_of(container, "user_courses")
        assert {(row["round"], row["status"]) for row in enrolled} == {(2, "completed")}
        assert all(row["due_at"] == row["valid_until"] > began + 300 * DAY for row in enrolled)

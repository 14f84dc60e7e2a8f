"""The audit log on SQLite and PostgreSQL, and its commands."""

import csv
import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from atg_core.identity.audit import Action
from atg_entrypoints.container import Container
from tests.contracts.identity.audit import ANNA, AuditContract, event, tamper, verdict, write_down
from tests.integration.command import Atg


class TestSqlAudit(AuditContract):
    pass


@pytest.mark.parametrize("table", ["audit_events", "audit_seals"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
async def test_the_database_lets_nobody_change_what_was_written_down(
    container: Container, table: str, statement: str
) -> None:
    """Z7."""
    await write_down(container, event(0))
    await container.seal_audit()()
    column = "user_agent" if table == "audit_events" else "number"
    with pytest.raises(IntegrityError, match="what was written down is neither changed nor deleted"):
        async with container.database().transaction() as connection:
            await connection.execute(sa.text(statement.format(table, column, column)))
    assert (await verdict(container)).sealed == 1


async def test_an_operator_exports_and_verifies_the_trail(container: Container, tmp_path: Path) -> None:
    """Z7: and a row that was edited by SQL is named."""
    atg = Atg(container.settings().database_url, tmp_path)
    failed = {"action": Action.SIGN_IN_FAILED, "actor_id": None, "user_agent": '=HYPERLINK("http://evil")'}
    events = [event(0), event(1, **failed), event(60 * 24)]
    await write_down(container, *events)
    lines = [json.loads(line) for line in atg("audit", "export").stdout.splitlines()]
    assert [line["id"] for line in lines] == [str(each.id) for each in events]
    assert lines[0]["at"] == "2026-03-02T08:00:00Z"
    assert (lines[1]["actor_id"], lines[1]["user_agent"]) == (None, failed["user_agent"])
    day = atg("audit", "export", "--from", "2026-03-02T08:01Z", "--to", "2026-03-03", "--format", "csv")
    [row] = csv.DictReader(day.stdout.splitlines())
    assert (row["action"], row["actor_id"], row["user_id"]) == ("sign_in_failed", "", str(ANNA))
    assert row["user_agent"] == "'" + str(failed["user_agent"])
    wrong = atg("audit", "export", "--from", "yesterday")
    assert (wrong.returncode, "--from: 'yesterday' is no date" in wrong.stderr) == (2, True)
    good = atg("audit", "verify")
    assert good.returncode == 0
    assert (
        good.stdout == f"3 events are as they were written; the last seal is {(await verdict(container)).last.hex()}.\n"
    )
    await tamper(container, "audit_events", events[1].id, user_agent="nothing")
    bad = atg("audit", "verify")
    assert bad.returncode == 1
    assert bad.stderr == f"atg: event {events[1].id} was changed; 1 events before it are as they were\n"

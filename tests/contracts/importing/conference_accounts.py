"""Import of conference accounts, over every `ImportStore`."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

from atg_core.conferencing.model import Lease
from atg_core.importing.records import Counts
from atg_entrypoints.container import Container
from tests.arranging import arrange, insert, rows_of
from tests.contracts.importing.groups import arrange_group
from tests.contracts.importing.samples import (
    MONDAY,
    exported_rows,
    only_row,
    refused,
)
from tests.contracts.importing.samples import SCHEDULED_LESSON as LESSON

ACCOUNT = {"label": "A", "provider": "local", "capacity": "2"}


async def hosted(container: Container, lessons: Sequence[int]) -> int:
    """How many of the lessons get an account; they keep it."""
    times = {"leased_at": MONDAY, "making_until": MONDAY, "expires_at": MONDAY + timedelta(hours=1)}
    leased = 0
    for lesson in lessons:
        lease = Lease(id=uuid4(), account_id=None, lesson_id=lesson, meeting_id=None, meeting_uuid=None, **times)
        async with container.open_pool()() as pool:
            leased += len(await pool.claim_accounts([lease]))
    return leased


class ConferenceAccountImportingContract:
    """The fixture `container` gives the adapter."""

    async def test_an_account_hosts_as_many_meetings_as_its_row_says(self, container: Container) -> None:
        later = [LESSON | {"start_time": f"2026-12-01T06:{minute}Z"} for minute in (10, 20, 30)]
        await arrange_group(container, scheduled_lessons=[LESSON, *later])
        lessons = [row["id"] for row in await rows_of(container, "scheduled_lessons")]
        assert (await arrange(container, conference_accounts=[ACCOUNT]))["conference-accounts.csv"] == Counts(created=1)
        account = await only_row(container, "conference_accounts")
        assert (account["provider"], account["is_enabled"], account["daily_limit"]) == ("local", True, 100)
        assert (account["sealed"], account["made"], account["provider_user_id"]) == (None, 0, None)
        assert await hosted(container, lessons) == 2
        await arrange(container, conference_accounts=[ACCOUNT | {"capacity": "3"}])
        assert await hosted(container, lessons[2:]) == 1
        zoom = {"label": "Z", "provider": "zoom", "capacity": "100"}
        await arrange(container, conference_accounts=[zoom])
        assert await hosted(container, lessons[3:]) == 0, "there are no credentials yet"

    async def test_a_bad_account_is_named_by_its_column(self, container: Container) -> None:
        wrong = [
            ("label", "", "is missing"),
            ("provider", "teams", "is none of zoom, link, local"),
            ("capacity", "0", "is not between 1 and 100"),
            ("capacity", "101", "is not between 1 and 100"),
            ("daily_limit", "-1", f"is not between 0 and {2**31 - 1}"),
        ]
        rows = [
            {"daily_limit": "", **ACCOUNT, "label": f"{n}", column: cell} for n, (column, cell, _) in enumerate(wrong)
        ]
        assert await refused(container, conference_accounts=rows) == [
            f"conference-accounts.csv:{line}: {column}: {reason}"
            for line, (column, _, reason) in enumerate(wrong, start=2)
        ]

    async def test_credentials_are_in_no_export_and_stay_where_they_are(self, container: Container) -> None:
        times = {"created_at": MONDAY, "updated_at": MONDAY}
        zoom = {"label": "Z", "provider": "zoom", "provider_user_id": "me", "is_enabled": True, "capacity": 1}
        await insert(
            container, "conference_accounts", **zoom, **times, daily_limit=9, sealed="sealed", made_on=None, made=0
        )
        [row] = await exported_rows(container, "conference-accounts")
        assert "sealed" not in row.values()
        counts = await arrange(container, conference_accounts=[row, ACCOUNT])
        assert counts["conference-accounts.csv"] == Counts(created=1, unchanged=1)
        await arrange(container, conference_accounts=[row | {"is_enabled": "false", "sealed": "mine"}])
        stored = {account["label"]: account for account in await rows_of(container, "conference_accounts")}
        assert (stored["Z"]["sealed"], stored["Z"]["is_enabled"], stored["A"]["sealed"]) == ("sealed", False, None)

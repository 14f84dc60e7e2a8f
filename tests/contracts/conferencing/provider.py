"""The contract of every conference `Provider`."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from atg_core.conferencing.model import Account, Credentials, NewMeeting, ProviderName
from atg_core.conferencing.ports import Provider

NOW = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)
NOBODYS = "82345678901"


def an_account(provider: ProviderName, *, host: str | None = "host-1@example.org") -> Account:
    return Account(
        id=1,
        provider=provider,
        label="First",
        provider_user_id=host,
        is_enabled=True,
        capacity=1,
        daily_limit=100,
        sealed=None,
        created_at=NOW,
        updated_at=NOW,
    )


def a_meeting(lesson_id: int = 7, *, title: str = "Алгебра: «Ряды»", lease_id: UUID | None = None) -> NewMeeting:
    return NewMeeting(
        lesson_id=lesson_id,
        lease_id=lease_id or uuid4(),
        title=title,
        start_time=NOW,
        end_time=NOW + timedelta(minutes=90),
    )


class ConferenceProviderContract:
    """Run by every adapter: the fixtures are `provider`, an `account` of its own and its `credentials`."""

    async def test_a_meeting_has_an_id_and_a_link_for_its_host_and_one_for_the_others(
        self, provider: Provider, account: Account, credentials: Credentials | None
    ) -> None:
        made = await provider.create(account, credentials, a_meeting())
        assert made.id.isascii()
        assert made.id.isdigit()
        assert made.uuid
        assert made.start_url != made.join_url
        assert made.start_url.startswith("https://")
        assert made.join_url.startswith("https://")

    async def test_each_meeting_is_another(
        self, provider: Provider, account: Account, credentials: Credentials | None
    ) -> None:
        made = [await provider.create(account, credentials, a_meeting(number)) for number in range(5)]
        for part in ("id", "uuid", "start_url", "join_url"):
            assert len({getattr(meeting, part) for meeting in made}) == 5

    async def test_where_nobody_came_nothing_runs(
        self, provider: Provider, account: Account, credentials: Credentials | None
    ) -> None:
        made = await provider.create(account, credentials, a_meeting())
        assert not await provider.is_running(account, credentials, made.id)
        assert not await provider.is_running(account, credentials, NOBODYS)

    async def test_a_meeting_may_be_ended_at_any_time_and_again(
        self, provider: Provider, account: Account, credentials: Credentials | None
    ) -> None:
        made = await provider.create(account, credentials, a_meeting())
        for meeting_id in (made.id, made.id, NOBODYS):
            await provider.end(account, credentials, meeting_id)
            assert not await provider.is_running(account, credentials, meeting_id)

    async def test_what_was_not_recorded_is_not_there(
        self, provider: Provider, account: Account, credentials: Credentials | None
    ) -> None:
        made = await provider.create(account, credentials, a_meeting())
        for uuid in (made.uuid or "", "nobody's", "/a//b=="):
            assert list(await provider.recording_files(account, credentials, uuid)) == []

    async def test_what_was_not_made_is_not_found(
        self, provider: Provider, account: Account, credentials: Credentials | None
    ) -> None:
        assert await provider.find(account, credentials, a_meeting()) is None


class RememberingProviderContract:
    """For providers that store meetings."""

    async def test_a_meeting_is_found_by_its_lease(
        self, provider: Provider, account: Account, credentials: Credentials | None
    ) -> None:
        new = a_meeting()
        made = await provider.create(account, credentials, new)
        found = await provider.find(account, credentials, new)
        assert found
        assert (found.id, found.uuid, found.join_url) == (made.id, made.uuid, made.join_url)
        assert await provider.find(account, credentials, replace(new, lease_id=uuid4())) is None
        assert await provider.find(account, credentials, replace(new, lesson_id=70)) is None

    async def test_a_meeting_of_a_long_title_is_found_too(
        self, provider: Provider, account: Account, credentials: Credentials | None
    ) -> None:
        new = a_meeting(title="Очень длинное название " * 20)
        made = await provider.create(account, credentials, new)
        found = await provider.find(account, credentials, new)
        assert found
        assert found.id == made.id

    async def test_what_was_ended_is_not_found(
        self, provider: Provider, account: Account, credentials: Credentials | None
    ) -> None:
        new = a_meeting()
        made = await provider.create(account, credentials, new)
        await provider.end(account, credentials, made.id)
        assert await provider.find(account, credentials, new) is None

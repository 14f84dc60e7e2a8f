"""Usernames."""

import pytest

from atg_core.errors import Invalid
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.people import PASSWORD


@pytest.mark.parametrize("username", ["a", "ж", "x" * 50])
async def test_a_username_has_one_letter_at_least_and_fifty_at_most(container: Container, username: str) -> None:
    await container.create_admin()(username, PASSWORD)
    assert [row["username"] for row in await rows_of(container, "users")] == [username]


@pytest.mark.parametrize("username", ["", "x" * 51])
async def test_a_username_of_no_letter_or_of_fifty_one_is_refused(container: Container, username: str) -> None:
    with pytest.raises(Invalid) as refused:
        await container.create_admin()(username, PASSWORD)
    assert refused.value.field == "username"
    assert await rows_of(container, "users") == []

"""Key rotation of the credentials of accounts."""

from collections.abc import AsyncIterator

import pytest

from atg_core.conferencing.model import Credentials
from atg_core.conferencing.ports import ConferenceProviderFailed
from atg_entrypoints.container import Container, close, create_container
from atg_entrypoints.settings import Settings
from tests.conftest import SECRET

OLD, NEW = "last year's key of more than 32 bytes", "this year's key of more than 32 bytes"
GIVEN = Credentials(account_id="a", client_id="b", client_secret="c")


@pytest.fixture
async def container() -> AsyncIterator[Container]:
    container = create_container(Settings(database_url="memory://", secret_key=SECRET))
    yield container
    await close(container)


def with_keys(container: Container, keys: str) -> None:
    container.settings.override(Settings(database_url="memory://", secret_key=SECRET, credentials_key=keys))
    for provider in (container.vault, container.conference_providers, container.edit_accounts):
        provider.reset()


async def sealed(container: Container) -> str:
    async with container.open_accounts()() as store:
        [(_, text)] = await store.sealed()
    return str(text)


async def test_a_new_key_seals_and_the_old_one_opens_until_all_are_sealed_anew(container: Container) -> None:
    values = {"provider": "zoom", "label": "Z", "provider_user_id": None, "is_enabled": True}
    with_keys(container, OLD)
    await container.edit_accounts().add({**values, "capacity": 1, "daily_limit": 100}, GIVEN.values())
    before = await sealed(container)
    with_keys(container, NEW)
    with pytest.raises(ConferenceProviderFailed):
        await container.reseal_credentials()()
    assert await sealed(container) == before
    with_keys(container, f"{NEW}, {OLD}")
    assert container.vault().open(await sealed(container)) == GIVEN
    assert await container.reseal_credentials()() == 1
    assert await sealed(container) != before
    with_keys(container, NEW)
    assert container.vault().open(await sealed(container)) == GIVEN

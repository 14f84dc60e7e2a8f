"""Administration of conference accounts (spec: schedule, The pool)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from atg_core.clock import Clock
from atg_core.conferencing.credentials import checked_credentials
from atg_core.conferencing.model import Account
from atg_core.conferencing.ports import Accounts, Vault
from atg_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class EditAccounts:
    """Adds, changes and deletes accounts. Credentials are write-only."""

    open: UnitOfWork[Accounts]
    vault: Vault
    clock: Clock

    async def add(self, values: Mapping[str, Any], given: Mapping[str, str] | None) -> Account:
        """`given`: the credentials that the provider needs; without them none is leased. Raises LabelTaken, Invalid."""
        credentials = checked_credentials(values["provider"], given) if given is not None else None
        sealed = self.vault.seal(credentials) if credentials else None
        async with self.open() as store:
            return await store.add({**values, "sealed": sealed}, self.clock())

    async def change(
        self, account_id: int, values: Mapping[str, Any], given: Mapping[str, str] | None = None
    ) -> Account:
        """Without credentials the stored ones stay. Raises AccountNotFound, LabelTaken, Invalid."""
        async with self.open() as store:
            account = await store.change(account_id, values, self.clock())
            if given is None:
                return account
            credentials = checked_credentials(account.provider, given)
            sealed = self.vault.seal(credentials) if credentials else None
            return await store.change(account_id, {"sealed": sealed}, self.clock())

    async def delete(self, account_id: int) -> None:
        """Raises AccountNotFound, AccountBusy."""
        async with self.open() as store:
            await store.delete(account_id)

    async def reseal(self) -> int:
        """Key rotation: encrypts all credentials with the first key. Returns the number of accounts.

        Raises ConferenceProviderFailed, and then nothing has changed.
        """
        async with self.open() as store:
            sealed = await store.sealed()
            for account_id, text in sealed:
                await store.change(account_id, {"sealed": self.vault.resealed(text)}, self.clock())
            return len(sealed)

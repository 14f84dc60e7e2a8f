"""What administrators do with the accounts of the pool (spec: schedule, The pool)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from atg_core.clock import Clock
from atg_core.conferencing.model import Account, Credentials
from atg_core.conferencing.ports import Accounts, Vault
from atg_core.opening import Open


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepAccounts:
    """Credentials come in and never go out."""

    open: Open[Accounts]
    vault: Vault
    clock: Clock

    async def add(self, values: Mapping[str, Any], credentials: Credentials | None) -> Account:
        """Raises LabelTaken."""
        sealed = self.vault.seal(credentials) if credentials else None
        async with self.open() as store:
            return await store.add({**values, "sealed": sealed}, self.clock())

    async def change(
        self, account_id: int, values: Mapping[str, Any], credentials: Credentials | None = None
    ) -> Account:
        """Without credentials those that are there stay. Raises AccountNotFound, LabelTaken."""
        sealed = {"sealed": self.vault.seal(credentials)} if credentials else {}
        async with self.open() as store:
            return await store.change(account_id, {**values, **sealed}, self.clock())

    async def delete(self, account_id: int) -> None:
        """Raises AccountNotFound, AccountBusy."""
        async with self.open() as store:
            await store.delete(account_id)

    async def reseal(self) -> int:
        """Encrypts all credentials with the first key; of how many accounts. Raises ConferenceProviderFailed, and then
        nothing has changed."""
        async with self.open() as store:
            sealed = await store.sealed()
            for account_id, text in sealed:
                await store.change(account_id, {"sealed": self.vault.resealed(text)}, self.clock())
            return len(sealed)

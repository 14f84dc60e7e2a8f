"""Ports of the import: the source of rows and the store, with the errors they raise."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from atg_core.errors import Invalid
from atg_core.identity.audit import Action, AuditEvent
from atg_core.importing.model import Kind, KindChoice, Unique
from atg_core.importing.records import Change, Key, Record, Row, StoredRecord


class UnusableFile(Invalid):
    """The file can not be read"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file with rows of one kind; iterating over the rows may raise UnusableFile.

    `headings`: the names of columns in the file that differ from their headers, by header. `left_out`: what of the
    rows has no place here, counted; complete after reading.
    """

    file: str
    kind: Kind | KindChoice
    headers: Sequence[str]
    rows: Iterable[Row]
    headings: Mapping[str, str] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A record that a constraint of the database rejects, and the violating field, if known."""

    record: Record
    field: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A record that has a unique value; `name`: the last part of its key."""

    id: Any
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The result of merging a batch: numbers of rows created and updated; the others were unchanged.

    `changes`: the updated accounts, if the kind has them.
    """

    created: int
    updated: int
    changes: Sequence["AccountChange"] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChange:
    """An account that was updated; `actions`: the changes that are recorded in the audit log."""

    user_id: UUID
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailHolder:
    """A self-made account that has an email."""

    id: UUID
    is_verified: bool


class ImportedAccounts(Protocol):
    """Accounts that an import is about, within its transaction; each verb takes many at once."""

    async def email_holders(self, emails: Collection[str]) -> Mapping[str, EmailHolder]:
        """The self-made accounts with these emails (case-insensitive), by folded email."""

    async def unproven(self, user_ids: Collection[UUID]) -> set[UUID]:
        """Those of self-made accounts whose email is not verified."""

    async def release_emails(self, user_ids: Collection[UUID], now: datetime) -> None:
        """Removes unverified emails of self-made accounts, also from their profiles.

        A username that is the email is replaced: else it would hide the later owner of the email at sign-in.
        """

    async def signed_in(self, user_ids: Collection[UUID]) -> set[UUID]:
        """Those who have sessions that are not revoked."""

    async def end_sessions(self, user_ids: Collection[UUID], reason: str, now: datetime) -> None:
        """Revokes all their sessions and tickets of sign-ins."""

    async def revoke_email_tokens(self, user_ids: Collection[UUID], now: datetime) -> None:
        """Revokes their pending tokens of every purpose that lets somebody in or changes the email."""

    async def remove_credentials(self, user_ids: Collection[UUID]) -> None:
        """Deletes whatever else lets the former owner in: linked OAuth identities, second
        factors and calendar tokens."""

    async def record(self, events: Sequence[AuditEvent]) -> None:
        """Adds events to the audit log."""


class ImportStore(Protocol):
    """The tables of all kinds, within one transaction.

    `bulk_size`: rows in a batch of `merge`, 0 if the database does not support it.
    """

    bulk_size: int

    async def merge(self, kind: Kind, headers: tuple[str, ...], rows: str, now: datetime) -> Merged | None:
        """Upserts a batch of valid rows: CSV without a header, the values of `headers` and the row number.

        References are given by the keys of their records; an unquoted empty cell is NULL.

        Returns None, and stores nothing, if a reference has no record or a constraint rejects a row.
        """

    async def ids(self, kind: Kind, keys: Collection[Key]) -> Mapping[Key, Any]:
        """Ids by key; keys without a record are left out."""

    async def stored(self, kind: Kind, keys: Collection[Key]) -> Mapping[Key, StoredRecord]:
        """Stored records by key; of several with the same key the oldest."""

    async def holders(self, kind: Kind, unique: Unique, values: Collection[Key]) -> Mapping[Key, Holder]:
        """The records that have these values of the unique fields, by value."""

    async def add(self, kind: Kind, records: Sequence[Record], now: datetime) -> list[Refusal]:
        """Inserts records, except the refused ones, which it returns."""

    async def change(self, kind: Kind, changes: Sequence[Change], now: datetime) -> list[Refusal]:
        """Updates fields and replaces lists, except for refused records, which it returns. Vacates before."""

    async def recount(self, now: datetime) -> None:
        """Recomputes all counters, and whether the test results stored at `now` are passed."""

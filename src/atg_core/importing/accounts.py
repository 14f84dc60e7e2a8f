"""Accounts in an import: whose may be changed or named, and what ends with a change.

The username of an account that somebody opened themselves, and an email that they never verified, prove nothing:
anybody may have signed up with those of another person before that person was imported.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from atg_core.identity.accounts import rehash_digest
from atg_core.identity.audit import Action, AuditEvent
from atg_core.identity.model import Origin, Role
from atg_core.identity.staff import manages
from atg_core.ids import NewId
from atg_core.importing.export import exported_headers
from atg_core.importing.model import Kind
from atg_core.importing.ports import AccountChange, ImportedAccounts
from atg_core.importing.records import Change, Key, Record, StoredRecord
from atg_core.text import fold, is_same

SELF_MADE = "is the account of somebody who opened it themselves; --take-over takes it over"
VERIFIED_EMAIL = "is the verified email of an account that somebody opened themselves"
UNPROVEN = "names an account that somebody opened themselves, whose email is not verified"
_ENDING = (Action.ACCOUNT_TAKEN_OVER, Action.USER_DEACTIVATED, Action.PASSWORD_CHANGED, Action.ROLE_CHANGED)
"""The changes that end all sessions of a user."""
_LONGEST_SOURCE = 255
GIVEN_BY_ADMINS = "is given by administrators alone"
CHANGED_BY_ADMINS = "is an account that only administrators change, but for where its owner works"
_WORK = frozenset({"department", "position", "station_id", "employee_id", "company", "phone"})
"""What of an account says where its owner works, and gives no right."""

type Refuse = Callable[[Record, str | None, str], object]
"""Reports a record as a bad row: column, and reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who imports: what the role may not do to an account by hand, its import does not either. `id`: for the log."""

    id: UUID
    role: Role

    def refusal(self, before: Role | None, fields: Mapping[str, Any]) -> tuple[str | None, str] | None:
        """The column and the reason, if these fields may not be given to an account that had this role, or is new."""
        if "role" in fields and fields["role"] != before and not manages(self.role, fields["role"]):
            return "role", GIVEN_BY_ADMINS
        if before is not None and not manages(self.role, before) and not fields.keys() <= _WORK:
            return None, CHANGED_BY_ADMINS
        return None


@dataclass(slots=True, kw_only=True)
class Accounts:
    """The accounts of one import, or of its undo.

    `touched`: users whose cached callers are stale once it is committed. `doing`: what the audit log tells of it.
    """

    store: ImportedAccounts
    new_id: NewId
    now: datetime
    take_over: bool = False
    actor: Actor | None = None
    doing: str = "import of"
    touched: set[UUID] = field(default_factory=set)

    async def admitted(
        self,
        kind: Kind,
        headers: Sequence[str],
        records: Mapping[Key, Record],
        stored: Mapping[Key, StoredRecord],
        refuse: Refuse,
    ) -> dict[Key, Record]:
        """The records that may be imported; the others are refused."""
        refused = self._refused_accounts(kind, headers, records, stored) if kind.has_accounts else {}
        refused |= self._testing_passwords(kind, records, stored)
        refused |= await self._naming_unproven(kind, records, stored)
        for key, (column, reason) in refused.items():
            refuse(records[key], column, reason)
        return {key: record for key, record in records.items() if key not in refused}

    def _refused_accounts(
        self, kind: Kind, headers: Sequence[str], records: Mapping[Key, Record], stored: Mapping[Key, StoredRecord]
    ) -> dict[Key, tuple[str | None, str]]:
        """Self-made accounts, unless the row repeats all that is stored, as an export does."""
        if self.take_over:
            return {}
        complete = set(headers) >= set(exported_headers(kind, with_hashes=False))
        return {
            key: (kind.key_headers[-1], SELF_MADE)
            for key, record in records.items()
            if key in stored
            if is_self_made(stored[key]) and not (complete and _repeats(record, stored[key]))
        }

    def _testing_passwords(
        self, kind: Kind, records: Mapping[Key, Record], stored: Mapping[Key, StoredRecord]
    ) -> dict[Key, tuple[str | None, str]]:
        """Passwords of accounts that who imports does not manage, before they are compared with what is stored.

        Whether such a row would change anything would tell whether it names the password.
        """
        if self.actor is None or not kind.has_accounts:
            return {}
        return {
            key: (None, CHANGED_BY_ADMINS)
            for key, record in records.items()
            if key in stored
            if record.secret is not None or record.fields.get("password_hash") is not None
            if not manages(self.actor.role, stored[key].fields["role"])
        }

    async def _naming_unproven(
        self, kind: Kind, records: Mapping[Key, Record], stored: Mapping[Key, StoredRecord]
    ) -> dict[Key, tuple[str | None, str]]:
        """Records that newly name an account which may be anybody's."""
        named = {key: list(_newly_named(kind, record, stored.get(key))) for key, record in records.items()}
        ids = {user_id for some in named.values() for _, user_id in some}
        unproven = await self.store.unproven(ids) if ids else set()
        return {
            key: (header, UNPROVEN) for key, some in named.items() for header, user_id in some if user_id in unproven
        }

    async def free_emails(
        self, records: Mapping[Key, Record], stored: Mapping[Key, StoredRecord], source: str, refuse: Refuse
    ) -> dict[Key, Record]:
        """The records without those whose email a self-made account has verified; others lose an email to them."""
        own = {record.id for record in stored.values()}
        emails = {fold(email) for record in records.values() if (email := record.fields.get("email"))}
        found = await self.store.email_holders(emails) if emails else {}
        holders = {email: holder for email, holder in found.items() if holder.id not in own}
        lost, kept = set(), {}
        for key, record in records.items():
            holder = holders.get(fold(record.fields.get("email") or ""))
            if holder and holder.is_verified:
                refuse(record, "email", VERIFIED_EMAIL)
                continue
            if holder:
                lost.add(holder.id)
            kept[key] = record
        if lost:
            await self._release(lost, source)
        return kept

    async def _release(self, user_ids: Collection[UUID], source: str) -> None:
        await self.store.release_emails(user_ids, self.now)
        changes = [AccountChange(user_id=user_id, actions=(Action.EMAIL_CHANGED,)) for user_id in user_ids]
        await self.settle(changes, source)

    def change_of(self, stored: StoredRecord, record: Record, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The changed fields of an account, with those that follow from them."""
        changed = dict(fields)
        given, before = changed.get("password_hash"), stored.fields
        if given and rehash_digest(given, before["password_hash"] or "") == before["rehash_digest"]:
            del changed["password_hash"]
        if self.take_over and is_self_made(stored):
            own = {name: record.fields.get(name) for name in ("email", "password_hash")}
            if record.secret:  # without a new hash it is the password of the account
                own["password_hash"] = own["password_hash"] or before["password_hash"]
            changed = {**own, **changed, "origin": Origin.IMPORT}
        if "email" in changed and not is_same(changed["email"], before["email"]):
            changed["email_verified_at"] = None
        return {name: value for name, value in changed.items() if value != before[name]}

    async def settle(self, changes: Sequence[AccountChange], source: str) -> None:
        """Ends what must not outlive the changes, and records them in the audit log."""
        if not changes:
            return
        self.touched |= await self.store.signed_in({change.user_id for change in changes})
        for reason in _ENDING:
            ended = [each.user_id for each in changes if _reason(each) is reason]
            if ended:
                await self.store.end_sessions(ended, reason, self.now)
        linked = [each.user_id for each in changes if set(each.actions) - {Action.ROLE_CHANGED, Action.USER_CHANGED}]
        if linked:
            await self.store.revoke_email_tokens(linked, self.now)
        if taken := [each.user_id for each in changes if Action.ACCOUNT_TAKEN_OVER in each.actions]:
            await self.store.remove_credentials(taken)
        if events := [self._event(each.user_id, action, source) for each in changes for action in each.actions]:
            await self.store.record(events)

    def _event(self, user_id: UUID, action: Action, source: str) -> AuditEvent:
        told = f"{self.doing} {source}"[:_LONGEST_SOURCE]
        return AuditEvent(
            id=self.new_id(),
            at=self.now,
            action=action,
            actor_id=self.actor.id if self.actor else None,
            user_id=user_id,
            source=told,
        )


def is_self_made(stored: StoredRecord) -> bool:
    return bool(stored.fields["origin"] == Origin.SELF)


def account_change(change: Change) -> AccountChange:
    """What a change means for the account."""
    return AccountChange(user_id=change.stored_id, actions=account_actions(change.fields))


def account_actions(fields: Mapping[str, Any]) -> tuple[Action, ...]:
    """What it means that an account is given these fields."""
    actions = {
        Action.ACCOUNT_TAKEN_OVER: "origin" in fields,
        Action.USER_DEACTIVATED: not fields.get("is_active", True),
        Action.USER_CHANGED: bool(fields.get("is_active", False)),
        Action.ROLE_CHANGED: "role" in fields,
        Action.PASSWORD_CHANGED: "password_hash" in fields,
        Action.EMAIL_CHANGED: "email" in fields,
    }
    return tuple(action for action, is_so in actions.items() if is_so)


def _reason(change: AccountChange) -> Action | None:
    return next((action for action in _ENDING if action in change.actions), None)


def _repeats(record: Record, stored: StoredRecord) -> bool:
    same = all(stored.fields[name] == value for name, value in record.fields.items())
    return same and record.secret is None


def _newly_named(kind: Kind, record: Record, stored: StoredRecord | None) -> Iterable[tuple[str, UUID]]:
    """The users that a record names and the stored one does not, with the column that does."""
    for reference in kind.references:
        if user_field := reference.targets.get("users"):
            user_id = record.fields.get(user_field)
            if user_id and (stored is None or stored.fields[user_field] != user_id):
                yield reference.headers[-1], user_id
    for listed in kind.items:
        if listed.target == "users":
            before = {item for item, _ in stored.items[listed.table]} if stored else set()
            for user_id, _ in record.items.get(listed.table, []):
                if user_id not in before:
                    yield listed.header, user_id

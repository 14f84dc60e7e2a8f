"""Plain passwords in imported rows: the password policy, and their hashes."""

from dataclasses import dataclass

from atg_core.identity.password_policy import RequireStrongPassword, WeakPassword
from atg_core.identity.ports import Passwords
from atg_core.importing.records import Record, StoredRecord
from atg_core.importing.validation import BadCell

_NAMES = ("username", "full_name", "email")


@dataclass(frozen=True, slots=True, kw_only=True)
class HashImportedPassword:
    """Sets the hash of a record with a plain password, unless the stored hash matches. Raises BadCell if it is weak."""

    passwords: Passwords
    require_strong_password: RequireStrongPassword

    async def __call__(self, record: Record, stored: StoredRecord | None) -> None:
        if record.secret is None:
            return
        kept = stored.fields if stored else {}
        if stored and (await self.passwords.check(record.secret, kept["password_hash"])).matches:
            return
        fields = {**kept, **record.fields}
        try:
            await self.require_strong_password(record.secret, [fields.get(name) for name in _NAMES])
        except WeakPassword as error:
            # As reasons of bad cells are worded: without a subject.
            reason = "is too easy to guess" if str(error) == WeakPassword.__doc__ else "contains a name of its owner"
            raise BadCell("password", reason) from None
        record.fields["password_hash"] = await self.passwords.hash(record.secret)

"""Rules for accounts: whose email it stays, usernames alike, passwords."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from hashlib import blake2b

from atg_core.adoption.model import Findings, Row, Rows
from atg_core.adoption.passwords import Stored, kind_of
from atg_core.identity.model import Origin, Role
from atg_core.identity.ports import Passwords
from atg_core.text import canonical_email, composed, fold

_LOST_EMAIL = "lost their email, which an older account has"
_TWINS = "have the username of an older account but for its case, and sign in by the exact one"
_REHASHED = "passwords in plain text were hashed"
_EXPOSED = "administrators had their passwords in plain text: change them"
_FOREIGN = "have a hash of an unknown kind, and need a new password"
_WITHOUT = "have no password"
_LOWERED = "emails are kept without white space and in lower case"


class AdoptedAccounts:
    """Takes accounts oldest first, in batches."""

    def __init__(self, passwords: Passwords, findings: Findings) -> None:
        self._passwords, self._findings = passwords, findings
        self._emails: set[int] = set()
        self._names: Counter[int] = Counter()

    async def __call__(self, rows: Rows) -> Rows:
        for row in rows:
            row["origin"] = Origin.ADOPTION
            self._settle_email(row)
            self._number_twin(row)
        await self._settle_passwords(rows)
        return rows

    def _settle_email(self, row: Row) -> None:
        given = row.get("email")
        email = kept_email(given)
        if email and (key := _key(fold(email))) in self._emails:
            email = None
            self._tell(_LOST_EMAIL, [row])
        elif email:
            self._emails.add(key)
            if email != given:
                self._findings.tell("users", _LOWERED)
        row["email"] = email

    def _number_twin(self, row: Row) -> None:
        key = _key(fold(row["username"]))
        row["username_twin"] = self._names[key]
        self._names[key] += 1
        if row["username_twin"]:
            self._tell(_TWINS, [row])

    async def _settle_passwords(self, rows: Rows) -> None:
        """Plain ones are hashed beside each other, in the form in which a sign-in compares them; none is told."""
        kinds = [(row, kind_of(row.get("password_hash"))) for row in rows]
        plain = [row for row, kind in kinds if kind is Stored.PLAIN]
        hashes = await asyncio.gather(*(self._passwords.hash(composed(row["password_hash"])) for row in plain))
        for row, password_hash in zip(plain, hashes, strict=True):
            row["password_hash"] = password_hash
        for row, kind in kinds:
            if kind in {Stored.NOTHING, Stored.FOREIGN}:
                row["password_hash"] = None
        if plain:
            self._findings.tell("users", _REHASHED, count=len(plain))
        self._tell(_EXPOSED, [row for row in plain if row.get("role") == Role.ADMIN])
        self._tell(_FOREIGN, [row for row, kind in kinds if kind is Stored.FOREIGN])
        self._tell(_WITHOUT, [row for row, kind in kinds if kind is Stored.NOTHING])

    def _tell(self, what: str, rows: Iterable[Row]) -> None:
        if names := [row["username"] for row in rows]:
            self._findings.tell("users", what, *names)


async def adopted_profiles(rows: Rows) -> Rows:
    for row in rows:
        row["email"] = kept_email(row.get("email"))
    return rows


def kept_email(email: str | None) -> str | None:
    return canonical_email(email or "") or None


def _key(text: str) -> int:
    """Eight bytes for a text of any length, so that millions of accounts have room."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest())

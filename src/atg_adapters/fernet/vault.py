"""Encryption of credentials and secrets at rest: Fernet (github.com/fernet/spec), AES-128-CBC with HMAC-SHA256."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, ClassVar

import msgspec

from atg_core.conferencing.model import Credentials
from atg_core.conferencing.ports import ConferenceProviderFailed
from atg_core.identity.second_factor import SecretUnreadable

if TYPE_CHECKING:
    from atg_adapters.fernet.cipher import Cipher

_LEAST_BYTES = 32

type _Values = Annotated[dict[str, str], msgspec.Meta(min_length=1)]


class _Fernet:
    """Raises ValueError for no key, and for one of fewer than 32 bytes."""

    label: ClassVar[bytes]

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys or any(len(key.encode()) < _LEAST_BYTES for key in keys):
            raise ValueError(f"there is a key, and each has {_LEAST_BYTES} bytes at least")
        self._keys = keys

    @cached_property
    def _cipher(self) -> "Cipher":
        """Imported here: a process that opens no credentials does without that library of 8 MiB."""
        from atg_adapters.fernet.cipher import Cipher  # noqa: PLC0415

        return Cipher([key.encode() for key in self._keys], self.label)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


class FernetVault(_Fernet):
    """`Vault` of conferencing."""

    label = b"atg:conference-credentials"

    def seal(self, credentials: Credentials) -> str:
        """`Vault.seal`."""
        return self._cipher.encrypt(msgspec.json.encode(credentials.values()))

    def open(self, sealed: str) -> Credentials:
        """`Vault.open`."""
        try:
            values = msgspec.json.decode(self._cipher.decrypt(sealed), type=_Values)
        except (ValueError, msgspec.MsgspecError):
            raise ConferenceProviderFailed from None
        return Credentials(**values)

    def resealed(self, sealed: str) -> str:
        """`Vault.resealed`."""
        try:
            return self._cipher.rotate(sealed)
        except ValueError:
            raise ConferenceProviderFailed from None


class FernetSecretVault(_Fernet):
    """`SecretVault` of identity."""

    label = b"atg:second-factors"

    def seal_secret(self, secret: str) -> str:
        """`SecretVault.seal_secret`."""
        return self._cipher.encrypt(secret.encode())

    def open_secret(self, sealed: str) -> str:
        """`SecretVault.open_secret`."""
        try:
            return self._cipher.decrypt(sealed).decode()
        except ValueError as error:
            raise SecretUnreadable from error

    def resealed_secret(self, sealed: str) -> str:
        """`SecretVault.resealed_secret`."""
        try:
            return self._cipher.rotate(sealed)
        except ValueError as error:
            raise SecretUnreadable from error

"""Credentials at rest: Fernet (github.com/fernet/spec), AES-128-CBC with HMAC-SHA256, by `cryptography`."""

from base64 import urlsafe_b64encode
from collections.abc import Sequence

import msgspec
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from atg_core.conferencing.model import Credentials
from atg_core.conferencing.ports import ConferenceProviderFailed

_LEAST_BYTES = 32
_LABEL = b"atg:conference-credentials"


class FernetVault:
    """`Vault` with the keys that are made of these texts, which nobody can guess and are 32 bytes long at least.

    Raises ValueError for no key, and for one that is shorter.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(_key(text.encode())) for text in keys])

    def __repr__(self) -> str:
        return "FernetVault(…)"

    def seal(self, credentials: Credentials) -> str:
        """`Vault.seal`."""
        return self._fernet.encrypt(msgspec.json.encode(credentials)).decode()

    def open(self, sealed: str) -> Credentials:
        """`Vault.open`."""
        try:
            return msgspec.json.decode(self._fernet.decrypt(_ascii(sealed)), type=Credentials)
        except (InvalidToken, msgspec.MsgspecError):
            raise ConferenceProviderFailed from None

    def resealed(self, sealed: str) -> str:
        """`Vault.resealed`."""
        try:
            return self._fernet.rotate(_ascii(sealed)).decode()
        except InvalidToken:
            raise ConferenceProviderFailed from None


def _key(text: bytes) -> bytes:
    """Any text is made a key of the right length (HKDF, RFC 5869), under a label, so that the same text may serve for
    something else too."""
    if len(text) < _LEAST_BYTES:
        raise ValueError(f"a key has {_LEAST_BYTES} bytes at least")
    return urlsafe_b64encode(HKDF(algorithm=SHA256(), length=32, salt=None, info=_LABEL).derive(text))


def _ascii(sealed: str) -> bytes:
    return sealed.encode("ascii", errors="replace")

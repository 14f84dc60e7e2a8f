"""Fernet with several keys: the first encrypts, all of them decrypt."""

from base64 import urlsafe_b64encode
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class Cipher:
    """Encrypts with keys derived from secrets under a label. Raises ValueError for what no key decrypts."""

    def __init__(self, secrets: Sequence[bytes], label: bytes) -> None:
        self._fernet = MultiFernet([Fernet(_key(secret, label)) for secret in secrets])

    def encrypt(self, text: bytes) -> str:
        return self._fernet.encrypt(text).decode()

    def decrypt(self, encrypted: str) -> bytes:
        try:
            return self._fernet.decrypt(_ascii(encrypted))
        except InvalidToken:
            raise ValueError("no key decrypts it") from None

    def rotate(self, encrypted: str) -> str:
        """Encrypts with the first key what any of them has encrypted."""
        try:
            return self._fernet.rotate(_ascii(encrypted)).decode()
        except InvalidToken:
            raise ValueError("no key decrypts it") from None


def _key(secret: bytes, label: bytes) -> bytes:
    """Derives a Fernet key (HKDF, RFC 5869) under a label, so that the same secret may also serve other purposes."""
    return urlsafe_b64encode(HKDF(algorithm=SHA256(), length=32, salt=None, info=label).derive(secret))


def _ascii(encrypted: str) -> bytes:
    return encrypted.encode("ascii", errors="replace")

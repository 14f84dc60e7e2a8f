"""Encryption of credentials: the first key encrypts, every key decrypts, nothing leaks."""

import pytest
from cryptography.fernet import Fernet
from hypothesis import given, settings
from hypothesis import strategies as st

from atg_adapters.fernet.cipher import Cipher
from atg_adapters.fernet.vault import FernetVault
from atg_core.conferencing.model import Credentials
from atg_core.conferencing.ports import ConferenceProviderFailed, Vault
from tests.examples import examples

OLD, NEW, OTHER = "an old key of more than thirty-two bytes", "новый ключ из букв", "another key" * 3
CREDENTIALS = Credentials(account_id="acc-1", client_id="клиент", client_secret='s"e\\c\nr e t')
# Sealed by `cryptography`'s own Fernet, with a key that HKDF as RFC 5869 writes it out has made of OLD.
SEALED = (
    "gAAAAABrAXfeQJlyVxmksPoSF5EKUc7fo1PZPsIV5J7Ob0ezC66c-PJU3gf7IXrTga4WPX8iqzZKLkAQ1MXYyoenzFjEwh7f628Y"
    "trt9-8mA15p6ATo6Fv3SMvMUj2MCYBB0Me9iqUXb7eR4myeIRH-tlTpOh2ZNMSxGsU26lm7haLOUUzFFjWYfhTbTDe9NyMFT2mX-"
    "l96A9nvyjHwKAxR0LlldHi7Mag=="
)


def vault(*keys: str) -> Vault:
    return FernetVault(keys)


def is_refused(sealed: str, *keys: str) -> bool:
    try:
        vault(*keys).open(sealed)
    except ConferenceProviderFailed:
        return True
    return False


def test_what_is_sealed_is_opened_as_it_was() -> None:
    assert vault(OLD).open(vault(OLD).seal(CREDENTIALS)) == CREDENTIALS


def test_what_was_sealed_once_is_opened_in_later_versions() -> None:
    assert vault(OLD).open(SEALED) == CREDENTIALS


def test_nothing_of_it_is_to_be_seen_and_no_two_are_alike() -> None:
    sealed = [vault(OLD).seal(CREDENTIALS) for _ in range(2)]
    assert sealed[0] != sealed[1]
    assert all(text.isascii() and "acc-1" not in text for text in sealed)


def test_the_first_key_seals_and_all_open() -> None:
    sealed = vault(OLD).seal(CREDENTIALS)
    assert vault(NEW, OLD).open(sealed) == CREDENTIALS
    assert is_refused(vault(NEW, OLD).seal(CREDENTIALS), OLD)
    assert is_refused(sealed, NEW)
    assert is_refused(sealed, OTHER, NEW)


def test_what_an_old_key_has_sealed_is_sealed_with_the_first() -> None:
    resealed = vault(NEW, OLD).resealed(vault(OLD).seal(CREDENTIALS))
    assert vault(NEW).open(resealed) == CREDENTIALS
    assert is_refused(resealed, OLD)


def test_what_no_key_opens_is_not_sealed_again() -> None:
    with pytest.raises(ConferenceProviderFailed):
        vault(NEW).resealed(vault(OLD).seal(CREDENTIALS))
    with pytest.raises(ConferenceProviderFailed):
        vault(NEW).resealed("ключ")


# The last letters have bits that mean nothing.
@given(st.integers(0, len(SEALED) - 5), st.sampled_from("ABCXYZabcxyz019-_"))
def test_what_was_changed_is_not_opened(at: int, letter: str) -> None:
    changed = SEALED[:at] + letter + SEALED[at + 1 :]
    assert changed == SEALED or is_refused(changed, OLD)


@given(st.text())
@settings(max_examples=examples(50))
def test_what_is_not_sealed_is_not_opened(sealed: str) -> None:
    assert is_refused(sealed, OLD)


def test_other_things_that_the_key_has_sealed_are_no_credentials() -> None:
    inner = Cipher([OLD.encode()], FernetVault.label)
    for text in (b"{}", b"null", b'{"account_id":1}', b'["a"]', b"\xff"):
        assert is_refused(inner.encrypt(text), OLD)


@pytest.mark.parametrize("keys", [[], [""], ["x" * 31], [OLD, "short"], ["я" * 15]])
def test_a_key_that_could_be_guessed_is_refused(keys: list[str]) -> None:
    with pytest.raises(ValueError, match=r"key|MultiFernet") as refused:
        FernetVault(keys)
    assert OLD not in str(refused.value)


def test_a_text_that_is_no_key_of_fernet_is_one_here() -> None:
    with pytest.raises(ValueError, match="32 url-safe base64-encoded bytes"):
        Fernet(OLD)
    assert vault("я" * 16).open(vault("я" * 16).seal(CREDENTIALS)) == CREDENTIALS


def test_neither_shows_what_it_keeps() -> None:
    shown = f"{vault(OLD, NEW)!r}{vault(OLD)}{CREDENTIALS!r}"
    assert "key" not in shown
    assert "ключ" not in shown
    assert "acc-1" not in shown

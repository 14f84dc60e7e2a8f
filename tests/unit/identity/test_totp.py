"""One-time passwords, and how their secrets are sealed."""

from datetime import UTC, datetime

import pytest

from atg_adapters.fernet.vault import FernetSecretVault, FernetVault
from atg_adapters.totp.codes import PyotpTotp
from atg_core.conferencing.ports import ConferenceProviderFailed
from atg_core.identity.second_factor import SecretUnreadable

OLD, NEW = "an old key of more than thirty-two bytes", "a new key of more than thirty-two bytes"
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""12345678901234567890, as RFC 6238 has it."""


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    """RFC 6238, appendix B, of which apps show the last six digits."""
    now = datetime.fromtimestamp(seconds, UTC)
    assert PyotpTotp().time_step(RFC_SECRET, code, now) == seconds // 30


def test_a_clock_may_differ_by_one_step_and_no_more() -> None:
    totp = PyotpTotp()
    moments = [datetime.fromtimestamp(seconds, UTC) for seconds in range(1111111020, 1111111200, 30)]
    valid = [totp.time_step(RFC_SECRET, "050471", moment) for moment in moments]
    assert valid == [None, None, 37037037, 37037037, 37037037, None]


def test_a_secret_is_opened_by_every_key_and_by_no_other() -> None:
    old, both, new = FernetSecretVault([OLD]), FernetSecretVault([NEW, OLD]), FernetSecretVault([NEW])
    sealed = old.seal_secret(RFC_SECRET)
    assert RFC_SECRET not in sealed
    assert both.open_secret(sealed) == new.open_secret(both.resealed_secret(sealed)) == RFC_SECRET
    for open_it in (new.open_secret, new.resealed_secret):
        with pytest.raises(SecretUnreadable):
            open_it(sealed)
    with pytest.raises(ConferenceProviderFailed):
        FernetVault([OLD]).open(sealed)
    assert OLD not in repr(old)

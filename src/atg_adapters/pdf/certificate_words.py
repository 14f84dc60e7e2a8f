"""What a certificate says beside names: in Russian, as the company issues it."""

from dataclasses import dataclass
from typing import Self

from atg_core.learning.certificates import VerifiedCertificate
from atg_core.words import Language, Words

_LANGUAGE = Language.RU


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateWords:
    """Line by line; `valid` is empty where it has no end, `revoked` where it was not.

    `language`: its tag, for readers of screens.
    """

    language: str
    document: str
    heading: str
    number: str
    certified: str
    completed: str
    issued: str
    valid: str
    revoked: str

    @classmethod
    def of(cls, certificate: VerifiedCertificate, issued_on: str, valid_until: str | None, words: Words) -> Self:
        def translate(template: str, **parameters: object) -> str:
            return words.text(template, _LANGUAGE, **parameters)

        revoked_on = f"{certificate.revoked_at:%d.%m.%Y}" if certificate.revoked_at else ""
        return cls(
            language=_LANGUAGE.value,
            document=translate("Certificate {number}", number=certificate.number),
            heading=translate("CERTIFICATE"),
            number=translate("No. {number}", number=certificate.number),
            certified=translate("This is to certify that"),
            completed=translate("has completed the course"),
            issued=translate("Issued on {day}", day=issued_on),
            valid=translate("Valid until {day}", day=valid_until) if valid_until else "",
            revoked=translate("REVOKED {day}", day=revoked_on) if revoked_on else "",
        )

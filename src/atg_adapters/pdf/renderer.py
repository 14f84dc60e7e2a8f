"""Rendering of certificates by a function that may run in another process, whose log goes nowhere."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from atg_adapters.pdf.certificate_words import CertificateWords
from atg_adapters.pdf.certificates import PrintedCertificate
from atg_core.learning.certificates import VerifiedCertificate
from atg_core.words import Words

_log = structlog.get_logger("atg.certificates")


@dataclass(frozen=True, slots=True)
class PdfCertificates:
    """`RenderCertificate`. `draw`: `print_certificate`, in whichever process."""

    draw: Callable[..., Awaitable[PrintedCertificate]]
    words: Words

    async def __call__(self, certificate: VerifiedCertificate, *, address: str, issued_on: str) -> bytes:
        words = CertificateWords.of(certificate, issued_on, self.words)
        printed = await self.draw(certificate, address=address, words=words)
        if printed.missing:
            codes = " ".join(f"U+{ord(letter):04X}" for letter in printed.missing)
            _log.warning("letters are missing in all fonts", certificate=certificate.number, letters=codes)
        return printed.body

"""Rendering of certificates by a function that may run in another process, whose log goes nowhere."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from atg_adapters.pdf.certificate_words import CertificateWords
from atg_adapters.pdf.certificates import PrintedCertificates, WordedSheet
from atg_core.learning.certificates import CertificateSheet
from atg_core.words import Words

_log = structlog.get_logger("atg.certificates")


@dataclass(frozen=True, slots=True)
class PdfCertificates:
    """`RenderCertificates`. `draw`: `print_certificates`, in whichever process."""

    draw: Callable[[Sequence[WordedSheet]], Awaitable[PrintedCertificates]]
    words: Words

    async def __call__(self, sheets: Sequence[CertificateSheet]) -> bytes:
        printed = await self.draw([self._worded(sheet) for sheet in sheets])
        for sheet, missing in zip(sheets, printed.missing, strict=True):
            if missing:
                codes = " ".join(f"U+{ord(letter):04X}" for letter in missing)
                _log.warning("letters are missing in all fonts", certificate=sheet.certificate.number, letters=codes)
        return printed.body

    def _worded(self, sheet: CertificateSheet) -> WordedSheet:
        words = CertificateWords.of(sheet.certificate, sheet.issued_on, sheet.valid_until, self.words)
        return WordedSheet(sheet.certificate, sheet.address, words)

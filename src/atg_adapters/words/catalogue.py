"""`Words` over the PO files `<language>/<context>.po` beside this module."""

from collections.abc import Mapping
from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from string import Formatter

from atg_core.words import Language, fill

FOLDER = Path(__file__).parent


class Catalogue:
    """The files of a language are read when the first of its sentences is wanted: few replies are errors.

    A key is the English sentence. The English files have what is not said as it is written in code: plural forms, and
    words that the API's clients compare.
    """

    def text(self, template: str, language: Language, /, **parameters: object) -> str:
        return fill(self._translated(template, _translations(language), parameters), parameters)

    @staticmethod
    def _translated(template: str, known: GNUTranslations, parameters: Mapping[str, object]) -> str:
        if not template:
            return template
        number = last_number(template, parameters)
        if number is not None and known.ngettext(template, "", 2):
            return known.ngettext(template, template, number)
        return known.gettext(template)


def last_number(template: str, parameters: Mapping[str, object]) -> int | None:
    """The parameter that decides on the plural form: the last one in the template that is a whole number."""
    names = [name for _, name, _, _ in Formatter().parse(template) if name] if parameters else []
    numbers = (parameters.get(name) for name in reversed(names))
    return next((abs(number) for number in numbers if isinstance(number, int)), None)


@cache
def _translations(language: Language) -> GNUTranslations:
    """Babel is imported here: it takes longer to load than all of ours."""
    from babel.messages.catalog import Catalog  # noqa: PLC0415
    from babel.messages.mofile import write_mo  # noqa: PLC0415
    from babel.messages.pofile import read_po  # noqa: PLC0415

    whole = Catalog(locale=language.value)
    for path in sorted((FOLDER / language.value).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=language.value):
                if message.id:
                    whole[message.id] = message
    compiled = BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return GNUTranslations(compiled)

"""Email templates in files `mail/<name>.txt` and `.html`, whose words come from the catalogue."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from atg_core.mailing.model import Message
from atg_core.words import Language, Words

MAIL = Path(__file__).parent / "mail"


class JinjaMailTemplates:
    """`MailTemplates` with Jinja; a missing value raises jinja2.UndefinedError.

    The text template has the blocks `subject` and `text`. `_("A sentence with {value}", value=value)` says it in the
    language of the message.
    """

    def __init__(self, words: Words, folder: Path = MAIL) -> None:
        self._words = words
        self._environment = Environment(
            loader=FileSystemLoader(folder),
            autoescape=select_autoescape(("html",)),
            undefined=StrictUndefined,
            auto_reload=False,
        )

    def message(
        self,
        name: str,
        language: Language,
        *,
        key: str,
        to: str,
        values: Mapping[str, Any],
        unsubscribe: str | None = None,
    ) -> Message:
        text = self._environment.get_template(f"{name}.txt")
        html = self._environment.get_template(f"{name}.html")
        said = {**values, "language": language.value, "_": partial(_say, self._words, language)}
        return Message(
            key=key,
            to=to,
            subject=" ".join(_block(text, "subject", said).split()),
            text=_block(text, "text", said).strip() + "\n",
            html=html.render(said).strip() + "\n",
            unsubscribe=unsubscribe,
        )


def _say(words: Words, language: Language, template: str, **values: object) -> str:
    return words.text(template, language, **values)


def _block(template: Template, name: str, values: Mapping[str, Any]) -> str:
    return "".join(template.blocks[name](template.new_context(dict(values))))

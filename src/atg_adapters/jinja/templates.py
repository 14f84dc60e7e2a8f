"""Messages from templates, which are files: `mail/<name>.<language>.txt` and `.html`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from atg_core.mailing.model import Language, Message

MAIL = Path(__file__).parent / "mail"


class JinjaTemplates:
    """`Templates`; a template that wants a value it is not given fails (jinja2.UndefinedError).

    The text has two blocks, `subject` and `text`.
    """

    def __init__(self, folder: Path = MAIL) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(folder),
            autoescape=select_autoescape(("html",)),
            undefined=StrictUndefined,
            auto_reload=False,
        )

    def message(self, name: str, language: Language, *, key: str, to: str, values: Mapping[str, Any]) -> Message:
        text = self._environment.get_template(f"{name}.{language}.txt")
        html = self._environment.get_template(f"{name}.{language}.html")
        return Message(
            key=key,
            to=to,
            subject=" ".join(_block(text, "subject", values).split()),
            text=_block(text, "text", values).strip() + "\n",
            html=html.render(values).strip() + "\n",
        )


def _block(template: Template, name: str, values: Mapping[str, Any]) -> str:
    return "".join(template.blocks[name](template.new_context(dict(values))))

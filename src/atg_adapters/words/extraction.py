"""The sentences that the catalogue must have, read from the code and the templates.

`python -m atg_adapters.words.extraction` adds them to the Russian files and drops what is no longer said; a test wants
every one translated.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from atg_adapters.words.catalogue import FOLDER

SOURCES = FOLDER.parents[1]
CONTEXTS = (
    *(
        "console",
        "identity",
        "catalog",
        "learning",
        "files",
        "campaigns",
        "shop",
        "schedule",
        "conferencing",
        "homework",
    ),
    *("gradebook", "importing", "mail", "notices"),
)
_TEMPLATES = {
    SOURCES / "atg_adapters" / "jinja": "mail",
    SOURCES / "atg_entrypoints" / "console" / "templates": "console",
}
_BLOCKS = {"trimmed": "false", "silent": "false"}
OF_OPERATORS = frozenset({"UnusableFile", "MailAway", "TelegramAway"})
"""Told by the command line and in logs alone, with paths and codes: their messages are English."""

_MARK, _FAULT = "phrase", "Fault"
_TRANSLATING = frozenset({_MARK, "translate"})
"""Calls whose first argument is a sentence."""
_RUSSIAN = """msgid ""
msgstr ""
"Language: ru\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=3; "
"plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\\n"

"""


@cache
def templates() -> dict[str, set[str]]:
    """Every sentence → the contexts that say it."""
    said: dict[str, set[str]] = {}
    modules = _modules()
    errors = _errors(modules.values())
    for path, module in modules.items():
        for template in _of_module(module, errors):
            said.setdefault(template, set()).add(context_of(path))
    for folder, context in _TEMPLATES.items():
        for path in sorted(folder.rglob("*.*")):
            if path.suffix in {".html", ".txt"}:
                for _, message, _, _ in extract_from_file("jinja2", path, keywords={"_": None}, options=_BLOCKS):
                    said.setdefault(str(message), set()).add(context)
    return said


def variable_messages() -> list[str]:
    """Where an error is raised with a message that is put together: it can not be translated."""
    modules = _modules()
    errors = _errors(modules.values())
    return [
        f"{path.relative_to(SOURCES)}: {ast.unparse(call)}"
        for path, module in modules.items()
        for call, argument in _calls(module, errors)
        if not isinstance(argument, ast.Name | ast.Attribute | ast.Subscript) and not _constants(argument)
    ]


@cache
def _modules() -> Mapping[Path, ast.Module]:
    return {path: ast.parse(path.read_text()) for path in sorted(SOURCES.rglob("*.py"))}


def context_of(path: Path) -> str:
    """The context of a module, by its folder or its name; `common` for what belongs to none."""
    parts = [*path.relative_to(SOURCES).parts[:-1], path.stem]
    return next((part for part in parts if part in CONTEXTS), "common")


def _errors(modules: Iterable[ast.Module]) -> Mapping[str, list[ast.ClassDef]]:
    """The classes of AtgError, by name."""
    classes = [node for module in modules for node in ast.walk(module) if isinstance(node, ast.ClassDef)]
    found: dict[str, list[ast.ClassDef]] = {each.name: [each] for each in classes if each.name == "AtgError"}
    count = 0
    while count != sum(map(len, found.values())):
        count = sum(map(len, found.values()))
        for each in classes:
            bases = {base.id for base in each.bases if isinstance(base, ast.Name)}
            if bases & found.keys() and each not in found.get(each.name, ()):
                found.setdefault(each.name, []).append(each)
    return found


def _of_module(module: ast.Module, errors: Mapping[str, list[ast.ClassDef]]) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef) and node in errors.get(node.name, ()):
            yield (ast.get_docstring(node) or "").splitlines()[0]
    for _, argument in _calls(module, errors):
        yield from _constants(argument)


def _calls(module: ast.Module, errors: Mapping[str, Sequence[ast.ClassDef]]) -> Iterator[tuple[ast.Call, ast.expr]]:
    """Each call that is given a template, and that argument."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            is_error = name not in OF_OPERATORS and _takes_template(errors.get(name, ()))
            if (name in _TRANSLATING or is_error) and node.args:
                yield node, node.args[0]
            elif name == _FAULT and len(node.args) > 1:
                yield node, node.args[1]
        elif isinstance(node, ast.ClassDef) and node.name in errors and node.name != "AtgError":
            bases = [errors.get(getattr(base, "id", ""), ()) for base in node.bases]
            if any(map(_takes_template, bases)):
                yield from _super_calls(node)


def _takes_template(classes: Sequence[ast.ClassDef]) -> bool:
    """Whether these are errors, and their own `__init__`, if there is one, begins with a template."""
    own = [each for node in classes for each in node.body if getattr(each, "name", "") == "__init__"]
    return bool(classes) and all(isinstance(each, ast.FunctionDef) and _first(each) == "template" for each in own)


def _first(function: ast.FunctionDef) -> str:
    names = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
    return names[1] if len(names) > 1 else ""


def _super_calls(node: ast.ClassDef) -> Iterator[tuple[ast.Call, ast.expr]]:
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "super().__init__" and call.args:
            yield call, call.args[0]


def _constants(argument: ast.expr) -> list[str]:
    if isinstance(argument, ast.IfExp):
        return [*_constants(argument.body), *_constants(argument.orelse)]
    if isinstance(argument, ast.Call) and getattr(argument.func, "id", "") == _MARK:
        return _constants(argument.args[0])
    return [argument.value] if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else []


def messages(language: str) -> dict[str, Message]:
    """What the files of a language have, by sentence."""
    found: dict[str, Message] = {}
    for path in sorted((FOLDER / language).glob("*.po")):
        with path.open("rb") as file:
            found |= {key_of(each): each for each in read_po(file, locale=language) if each.id}
    return found


def key_of(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def update() -> None:
    """Writes the Russian files anew; a sentence that several contexts say is in `common.po`."""
    known = messages("ru")
    files: dict[str, Catalog] = {}
    for template, contexts in sorted(templates().items()):
        name = next(iter(contexts)) if len(contexts) == 1 else "common"
        catalog = files.setdefault(name, Catalog(locale="ru"))
        found = known.get(template)
        catalog.add(found.id if found else template, found.string if found else "")
    for path in (FOLDER / "ru").glob("*.po"):
        if path.stem not in files:
            path.unlink()
    for name, catalog in files.items():
        written = BytesIO()
        write_po(written, catalog, omit_header=True, no_location=True, width=0, sort_output=True)
        (FOLDER / "ru" / f"{name}.po").write_text(_RUSSIAN + re.sub(r"\n{2,}", "\n\n", written.getvalue().decode()))


if __name__ == "__main__":
    update()

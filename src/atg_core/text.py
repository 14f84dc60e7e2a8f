"""How texts are kept and compared."""

from unicodedata import category, is_normalized, normalize

_UNSEEN = {"Cc", "Cf", "Zl", "Zp"}


def composed(text: str) -> str:
    """The text in Unicode's normalization form C, in which all text is kept."""
    return text if text.isascii() or is_normalized("NFC", text) else normalize("NFC", text)


def fold(text: str) -> str:
    """What texts that differ in nothing but case have in common: canonical caseless matching (Unicode, D145).

    In Python, so that memory, SQLite and PostgreSQL with any locale find the same.
    """
    if text.isascii():
        return text.lower()
    return normalize("NFC", normalize("NFD", text).casefold())


def canonical_email(email: str) -> str:
    """An email as it is kept: without white space around it, in lower case."""
    return composed(email.strip()).lower()


def plain_name(name: str) -> str:
    """A name that comes from elsewhere, as it is kept: without what the API refuses in names."""
    spaced = (" " if each.isspace() else each for each in composed(name))
    return " ".join("".join(each for each in spaced if category(each) not in _UNSEEN).split())


def is_same(text: str | None, other: str | None) -> bool:
    """Whether they differ in nothing but case; nothing is as an empty text."""
    return fold(text or "") == fold(other or "")


def holds(words: str | None, *texts: str | None) -> bool:
    """Whether one of the texts holds the words in any case; none are in all."""
    folded = fold((words or "").strip())
    return not folded or any(folded in fold(text) for text in texts if text)

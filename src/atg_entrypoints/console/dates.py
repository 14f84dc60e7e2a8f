"""Days as people say them, by the rules of each language (Unicode CLDR)."""

from datetime import date

from atg_core.words import Language


def long_day(day: date, language: Language) -> str:
    """With its weekday, without the year."""
    from babel.dates import format_date  # noqa: PLC0415 - here and below: its rules are read when they are needed

    return format_date(day, "EEEE, d MMMM", locale=language.value)


def span(first: date, last: date, language: Language) -> str:
    """From one day to another, inclusive."""
    from babel.dates import format_date  # noqa: PLC0415

    begin = format_date(first, "d MMMM" if first.year == last.year else "d MMMM y", locale=language.value)
    return f"{begin} – {format_date(last, 'd MMMM y', locale=language.value)}"


def month(day: date, language: Language) -> str:
    """With the year."""
    from babel.dates import format_skeleton  # noqa: PLC0415

    text = format_skeleton("yMMMM", day, locale=language.value)
    return text[:1].upper() + text[1:]

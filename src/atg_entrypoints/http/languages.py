"""In which language people are answered."""

from atg_core.mailing.model import Language


def language_of(accepted: str) -> Language:
    """The heaviest of the languages we have (RFC 9110, section 12.5.4); Russian where none is named."""
    best, weight = Language.RU, 0.0
    for each in accepted.lower().split(","):
        tag, _, quality = each.strip().partition(";q=")
        language = next((known for known in Language if tag.split("-")[0] == known), None)
        try:
            weighs = float(quality or 1)
        except ValueError:
            continue
        if language and weighs > weight:
            best, weight = language, weighs
    return best

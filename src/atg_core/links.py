"""Links to a teacher's own room, such as one of Meet, Teams or Telemost (spec: schedule, The pool)."""

import re
from urllib.parse import urlsplit

from atg_core.errors import Invalid

_UNSAFE = re.compile(r"[\x00-\x20\x7f-\xa0\"<>\\^`{|}\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
"""What no URL holds (RFC 3986, section 2), and what would not be seen in one."""


def checked_link(text: str | None, field: str = "link") -> str | None:
    """An https URL of a host, without user information; an empty text is none. Raises Invalid."""
    link = (text or "").strip()
    if not link:
        return None
    try:
        parts = urlsplit(link)
        is_one = parts.scheme == "https" and bool(parts.hostname) and parts.username is None
        _ = parts.port  # raises for what is none
    except ValueError:
        is_one = False
    if not is_one or _UNSAFE.search(link):
        raise Invalid("must be an address that begins with https://", field=field, code="not_https")
    return link

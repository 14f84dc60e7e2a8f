"""What bytes are, by how they begin, whatever their name says."""

import puremagic

BYTES_TO_RECOGNISE = 4096


def recognise(start: bytes) -> str | None:
    """The media type of a file that begins so; None for what is like nothing known."""
    try:
        return puremagic.from_string(start, mime=True) or None
    except (puremagic.PureError, ValueError):
        return None

"""Media type detection by the first bytes of a file."""

DETECTION_BYTES = 4096


def detect_media_type(start: bytes) -> str | None:
    """The media type of a file by its first bytes, whatever its name says; None if unknown.

    The library is imported when it is first asked: it reads its list of types then.
    """
    import puremagic  # noqa: PLC0415

    try:
        return puremagic.from_string(start, mime=True) or None
    except (puremagic.PureError, ValueError):
        return None

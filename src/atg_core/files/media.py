"""Media types: of a key, allowed ones, and Content-Disposition."""

import mimetypes
import re
from urllib.parse import quote

from atg_core.errors import Invalid
from atg_core.files.keys import name_of

OCTET_STREAM = "application/octet-stream"
UPLOAD_TYPES = (
    "application/pdf",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.*",
    "application/vnd.oasis.opendocument.*",
    "image/*",
    "video/*",
    "audio/*",
    "application/zip",
    "model/gltf+json",
    "model/gltf-binary",
    "text/plain",
    OCTET_STREAM,
)
# Active content: a browser runs it as a page of its origin.
_ACTIVE_CONTENT = re.compile(
    r"image/svg|text/html|text/xml|application/(xhtml|xml)|.*[+/]xml$|.*javascript", re.IGNORECASE
)
_INLINE = ("application/pdf", "video/", "audio/", "image/")
_WORD = r"[A-Za-z0-9!#$&^_.+-]{1,127}"
_MEDIA_TYPE = re.compile(rf"{_WORD}/{_WORD}(\s*;\s*{_WORD}=({_WORD}|\"[A-Za-z0-9 ._-]*\"))*", re.ASCII)
_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument"
_TYPES = mimetypes.MimeTypes()
for _suffix, _type in (
    (".glb", "model/gltf-binary"),
    (".gltf", "model/gltf+json"),
    (".webm", "video/webm"),
    (".docx", f"{_OFFICE}.wordprocessingml.document"),
    (".xlsx", f"{_OFFICE}.spreadsheetml.sheet"),
    (".pptx", f"{_OFFICE}.presentationml.presentation"),
    (".odt", f"{_OPEN_DOCUMENT}.text"),
    (".ods", f"{_OPEN_DOCUMENT}.spreadsheet"),
    (".odp", f"{_OPEN_DOCUMENT}.presentation"),
):
    _TYPES.add_type(_type, _suffix)


class TypeNotAllowed(Invalid):
    """Files of this type can not be uploaded"""


def media_type_of(key: str) -> str:
    """By the extension, with Python's own table, so that it is the same on every machine."""
    return _TYPES.guess_type(name_of(key))[0] or OCTET_STREAM


def checked_media_type(text: str, *, field: str) -> str:
    """Returns a well-formed media type (RFC 9110, section 8.3.1). Raises Invalid."""
    if len(text) > 255 or not _MEDIA_TYPE.fullmatch(text):
        raise Invalid("must be a media type, such as {example}", field=field, code="pattern", example="application/pdf")
    return text


def require_uploadable(media_type: str, allowed: tuple[str, ...], *, field: str) -> None:
    """Raises TypeNotAllowed. `allowed`: types, or patterns such as `video/*`, which never match active content."""
    bare = essence(media_type)
    if _ACTIVE_CONTENT.match(bare) and bare not in allowed:
        raise TypeNotAllowed(field=field)
    if not any(bare == one or (one.endswith("*") and bare.startswith(one[:-1])) for one in allowed):
        raise TypeNotAllowed(field=field)


def essence(media_type: str) -> str:
    """The type without its parameters, in lower case."""
    return media_type.partition(";")[0].strip().lower()


def content_disposition(key: str, media_type: str) -> str:
    """`Content-Disposition` (RFC 6266, names as in RFC 8187): inline for PDF, video, audio and images but SVG."""
    bare = essence(media_type)
    kind = "inline" if bare.startswith(_INLINE) and not _ACTIVE_CONTENT.match(bare) else "attachment"
    return named_disposition(kind, name_of(key))


def named_disposition(kind: str, name: str) -> str:
    """`kind`: `inline` or `attachment`."""
    plain = re.sub(r'[^\x20-\x7e]|["\\%]', "_", name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"

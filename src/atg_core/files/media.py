"""Media types: of a key, which may be uploaded, and which a browser may show in its window."""

import mimetypes
import re
from urllib.parse import quote

from atg_core.errors import Invalid
from atg_core.files.keys import name_of

BYTES = "application/octet-stream"
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
    BYTES,
)
# What a browser runs as a page of the place that it came from.
_ACTIVE = re.compile(r"image/svg|text/html|text/xml|application/(xhtml|xml)|.*[+/]xml$|.*javascript", re.IGNORECASE)
_SHOWN = ("application/pdf", "video/", "audio/", "image/")
_WORD = r"[A-Za-z0-9!#$&^_.+-]{1,127}"
_MEDIA_TYPE = re.compile(rf"{_WORD}/{_WORD}(\s*;\s*{_WORD}=({_WORD}|\"[A-Za-z0-9 ._-]*\"))*", re.ASCII)
_TYPES = mimetypes.MimeTypes()
for _type, _suffix in (("model/gltf-binary", ".glb"), ("model/gltf+json", ".gltf"), ("video/webm", ".webm")):
    _TYPES.add_type(_type, _suffix)


class TypeNotAllowed(Invalid):
    """Files of this type can not be uploaded"""


def media_type_of(key: str) -> str:
    """What the end of the name says, by the table of Python alone, so that every machine says the same."""
    return _TYPES.guess_type(name_of(key))[0] or BYTES


def checked_media_type(text: str, *, field: str) -> str:
    """The media type (RFC 9110, section 8.3.1) itself, if it is one. Raises Invalid."""
    if len(text) > 255 or not _MEDIA_TYPE.fullmatch(text):
        raise Invalid("is no media type", field=field)
    return text


def require_uploadable(media_type: str, allowed: tuple[str, ...], *, field: str) -> None:
    """Raises TypeNotAllowed. `allowed` names types and beginnings of types such as `video/*`; never what is active."""
    bare = essence(media_type)
    if _ACTIVE.match(bare) and bare not in allowed:
        raise TypeNotAllowed(field=field)
    if not any(bare == one or (one.endswith("*") and bare.startswith(one[:-1])) for one in allowed):
        raise TypeNotAllowed(field=field)


def essence(media_type: str) -> str:
    """The type without its parameters, in lower case."""
    return media_type.partition(";")[0].strip().lower()


def disposition(key: str, media_type: str) -> str:
    """`Content-Disposition` (RFC 6266, names as in RFC 8187): shown are PDF, video, audio and pictures but SVG."""
    bare = essence(media_type)
    kind = "inline" if bare.startswith(_SHOWN) and not _ACTIVE.match(bare) else "attachment"
    name = name_of(key)
    plain = re.sub(r'[^\x20-\x7e]|["\\%]', "_", name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"

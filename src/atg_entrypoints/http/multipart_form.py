"""Forms with a file (multipart/form-data), read as they come: nothing is spooled, and nothing but fields is kept."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, cast

from litestar import Request
from litestar.enums import RequestEncodingType
from litestar.openapi.spec import OpenAPIFormat, OpenAPIType, Schema
from multipart import MultipartError, MultipartSegment, PushMultipartParser

from atg_core.errors import Invalid

FILE = "file"
MAX_OVERHEAD_BYTES = 128 * 1024
"""All of a form but its file."""
_MAX_FIELD_BYTES = 8 * 1024
_MAX_PARTS = 50
_CHUNK_BYTES = 128 * 1024


class MalformedForm(Invalid):
    """The form is malformed"""


def form_schema(*required: str, optional: Sequence[str] = ()) -> Schema:
    """What OpenAPI says of a form: its fields, and its file."""
    fields: dict[str, Any] = {name: Schema(type=OpenAPIType.STRING) for name in (*required, *optional)}
    file = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
    return Schema(type=OpenAPIType.OBJECT, required=[*required, FILE], properties={**fields, FILE: file})


class MultipartForm:
    """A form whose fields precede its `file`, as in forms of S3.

    Raises MalformedForm, and Invalid for a field that is too long or follows the file.
    """

    def __init__(self, request: Request[Any, Any, Any]) -> None:
        self._events = _events(request)
        self.file_name = ""
        """As the client says, after the fields were read."""

    async def fields(self) -> dict[str, str]:
        """Reads up to the file. Raises Invalid if there is none."""
        fields: dict[str, str] = {}
        async for event in self._events:
            if isinstance(event, MultipartSegment):
                if event.name == FILE:
                    self.file_name = event.filename or ""
                    return fields
                fields[event.name or ""] = await self._value(event.name or "")
        raise Invalid("is required", field=FILE, code="required")

    async def file(self, later: Mapping[str, str] | None = None) -> AsyncIterator[bytes]:
        """The content of the file, after its fields were read. `later`: fields that may follow it with this value."""
        chunk = bytearray()
        async for event in self._events:
            if isinstance(event, MultipartSegment):
                name, known = event.name or "", later or {}
                if name not in known or await self._value(name) != known[name]:
                    raise Invalid("must stand before the file", field=name, code="after_file")
                continue
            chunk += event or b""
            if len(chunk) >= _CHUNK_BYTES:
                yield bytes(chunk)
                chunk.clear()
        yield bytes(chunk)

    async def _value(self, name: str) -> str:
        value = bytearray()
        async for event in self._events:
            if event is None:
                break
            value += cast("bytes", event)
            if len(value) > _MAX_FIELD_BYTES:
                raise Invalid("is longer than 8 KB", field=name, code="too_long")
        return _text(name, bytes(value))


def _text(name: str, value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise Invalid("must be UTF-8", field=name, code="not_utf8") from None


async def _events(request: Request[Any, Any, Any]) -> AsyncIterator[MultipartSegment | bytes | None]:
    """The start of each part, its content, and None at its end."""
    received, file_bytes, in_file = 0, 0, False
    try:
        parser = PushMultipartParser(_boundary(request), max_segment_count=_MAX_PARTS)
        async for chunk in request.stream():
            received += len(chunk)
            for event in parser.parse(chunk) if chunk else ():
                if isinstance(event, MultipartSegment):
                    in_file = event.name == FILE
                elif event and in_file:
                    file_bytes += len(event)
                yield event
            if received - file_bytes > MAX_OVERHEAD_BYTES:
                raise MalformedForm
        parser.close()
    except MultipartError as error:
        raise MalformedForm from error


def _boundary(request: Request[Any, Any, Any]) -> str:
    media_type, options = request.content_type
    if media_type != RequestEncodingType.MULTI_PART or not options.get("boundary"):
        raise MalformedForm("must be sent as a form (multipart/form-data)", field=FILE)
    return options["boundary"]

"""Forms that are read as they come."""

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any, cast

import pytest
from litestar import Request
from litestar.types import HTTPReceiveMessage, Scope

from atg_core.errors import Invalid
from atg_entrypoints.http.multipart_form import MAX_OVERHEAD_BYTES, MalformedForm, MultipartForm

MULTIPART = "multipart/form-data; boundary=x"
END = b"--x--\r\n"


class FormRequest(Request[Any, Any, Any]):
    """A request whose body comes in pieces."""

    def __init__(self, pieces: Sequence[bytes], media_type: str = MULTIPART) -> None:
        self.taken, self._pieces = 0, pieces
        scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"content-type", media_type.encode())]}
        super().__init__(cast("Scope", scope | {"state": {}, "route_handler": _Handler()}), receive=self._receive_piece)

    async def _receive_piece(self) -> HTTPReceiveMessage:
        self.taken += 1
        more = self.taken < len(self._pieces)
        return {"type": "http.request", "body": self._pieces[self.taken - 1], "more_body": more}


class _Handler:
    def resolve_request_max_body_size(self) -> None:
        return None


def part(name: str, value: bytes) -> bytes:
    return f'--x\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n'.encode() + value + b"\r\n"


async def read(*pieces: bytes, media_type: str = MULTIPART) -> tuple[dict[str, str], bytes]:
    form = MultipartForm(FormRequest(pieces, media_type))
    return await form.fields(), b"".join([chunk async for chunk in form.file()])


async def test_fields_and_file_are_read_however_their_bytes_are_cut() -> None:
    whole = part("key", "Схема".encode()) + part("file", b"\r\n--y" * 100_000) + END
    expected = ({"key": "Схема"}, b"\r\n--y" * 100_000)
    for size in (len(whole), 65_536, 7):
        assert await read(*(whole[start : start + size] for start in range(0, len(whole), size))) == expected


async def test_nothing_after_the_start_of_the_file_is_taken_before_it_is_asked_for() -> None:
    request = FormRequest([part("key", b"a"), part("file", b"content"), *[b"x" * 1000] * 100])
    assert await MultipartForm(request).fields() == {"key": "a"}
    assert request.taken == 2


async def test_a_field_that_says_nothing_new_may_follow_the_file() -> None:
    pieces = [part("key", b"a"), part("file", b"content"), part("contentType", b"text/plain"), END]
    for later, allowed in (({"contentType": "text/plain"}, True), ({"contentType": "text/html"}, False), ({}, False)):
        form = MultipartForm(FormRequest(pieces))
        await form.fields()
        with nullcontext() if allowed else pytest.raises(Invalid, match="must stand before"):
            assert b"".join([chunk async for chunk in form.file(later)]) == b"content"


@pytest.mark.parametrize(
    ("pieces", "field"),
    [
        ([part("key", b"a"), END], "file"),
        ([part("file", b"a"), part("key", b"a"), END], "key"),
        ([part("key", b"a" * 8193), part("file", b"a"), END], "key"),
        ([part("key", b"\xff"), part("file", b"a"), END], "key"),
    ],
)
async def test_what_is_wrong_with_a_field_is_told(pieces: list[bytes], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        await read(*pieces)
    assert caught.value.field == field


@pytest.mark.parametrize(
    "pieces",
    [
        [b"no form"],
        [b"x" * 1000] * (MAX_OVERHEAD_BYTES // 500),
        [part("file", b"a")],
        [part("file", b"a"), END, *[b"x" * 1000] * (MAX_OVERHEAD_BYTES // 500)],
        [part(f"field{number}", b"a") for number in range(60)],
        [b"--x\r\ncontent-disposition: form-data; name=" + b"a" * 10_000],
    ],
)
async def test_what_is_no_form_or_too_much_beside_the_file_is_refused(pieces: list[bytes]) -> None:
    with pytest.raises(MalformedForm):
        await read(*pieces)


async def test_another_type_is_no_form() -> None:
    for media_type in ("application/json", "multipart/form-data", "multipart/mixed; boundary=x"):
        with pytest.raises(MalformedForm):
            await read(part("file", b"a"), END, media_type=media_type)

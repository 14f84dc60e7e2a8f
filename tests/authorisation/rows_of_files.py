"""Files: each reserved prefix has its own rule, and what one may not read one can not know of either."""

from tests.authorisation.callers import Answers, admin, everyone, group, only, signed_in
from tests.authorisation.row import Row, row

READABLE: dict[str, Answers] = {
    "{open}": everyone(200),
    "{plain}": signed_in(200),
    "{avatar}": signed_in(200),
    "{private}": signed_in(404, instructor=200, admin=200),
    "{recording}": group(200),
    "{of_teacher}": group(200),
    "{of_colleague}": signed_in(404, colleague=200, outsider=200, admin=200),
    "{sold}": signed_in(404, admin=200, shop=200),
    "{bought_video}": signed_in(404, admin=200, shop=200, customer=200, shopper=404),
    "{of_retired}": signed_in(404, outsider=200, admin=200),
    "{my_incoming}": signed_in(404, instructor=200, admin=200, demoted=200),
    "{incoming}": signed_in(404, admin=200),
}
"""Only instructors and administrators have uploaded something under `incoming/`, which stays theirs to read; `demoted`
was one then."""


def _reading(key: str, answers: Answers) -> tuple[Row, ...]:
    """A customer of the shop is known; a service is not, unless it names one."""
    if answers["customer"] == 401:
        answers = {**answers, "customer": 404, "shopper": 404}
    return (
        row(f"GET /files/presign?key={key}", answers),
        row(f"GET /files/exists?key={key}", answers),
        row(f"GET /files/stream-token?key={key}", answers),
        row(f"GET /files/stream/{key}", answers),
        row(f"HEAD /files/stream/{key}", answers),
        row(f"GET /files/video/{key}", answers),
        row(f"HEAD /files/video/{key}", answers),
    )


_NAMED = {"service": 200, "customer": 200, "shopper": 404}
ANYWHERE, BY_TEACHERS = only("instructor", "admin", status=200), only("instructor", "admin", "teacher", status=200)
_UPLOADERS = only("instructor", "teacher", "colleague", "admin", status=200, shop=404, promoted=404)
_FOREIGN = only("admin", status=200, instructor=404, teacher=404, colleague=404, shop=404)


def _made(answers: Answers) -> Answers:
    return {caller: 201 if status == 200 else status for caller, status in answers.items()}


def _uploading(key: str, answers: Answers) -> tuple[Row, ...]:
    return (
        row("POST /files/presign-upload", answers, {"key": key, "size": 1}),
        row("POST /files/presign-upload/multipart", answers, {"key": key, "size": 1}),
        row("POST /files/multipart/initiate", answers, {"key": key}),
        row("POST /files/upload", _made(answers), form={"key": key, "file": b"%PDF-1.7"}),
    )


def _completing(whose: str, answers: Answers) -> tuple[Row, ...]:
    upload, key, etag = f"{{{whose}upload}}", f"{{{whose}upload_key}}", f"{{{whose}etag}}"
    parts = [{"part_number": 1, "etag": etag}]
    proxied = {"uploadId": upload, "key": key}
    sent = {**proxied, "partNumber": "1", "file": b"%PDF-1.7"}
    return (
        row("POST /files/multipart/upload-part", answers, form=sent),
        row("POST /files/multipart/complete", answers, {**proxied, "parts": [{"partNumber": 1, "etag": etag}]}),
        row("POST /files/multipart/abort", answers, proxied),
        row("POST /files/presign-upload/multipart/complete", answers, {"upload_id": upload, "parts": parts}),
        row("POST /files/presign-upload/multipart/abort", answers, {"upload_id": upload}),
    )


FILES = (
    *(line for key, answers in READABLE.items() for line in _reading(key, answers)),
    row("GET /files/stream/{private}?token={stream_token}", everyone(200)),
    row("GET /files/video/{private}?token={stream_token}", everyone(200)),
    row("GET /files/stream/{sold}?token={stream_token}", everyone(403)),
    row("GET /files/presign?key={bought_video}&for_user={customer}", signed_in(404, admin=200, shop=200, **_NAMED)),
    row(
        "GET /files/presign?key={bought_video}&for_user={shopper}",
        signed_in(404, shop=200, **_NAMED | {"service": 404}),
    ),
    row("GET /files/folder-contents?delimiter=", signed_in(200, service=200, customer=200, shopper=200)),
    *_uploading("lessons/new.pdf", ANYWHERE),
    *_uploading("shop/new.mp4", only("instructor", "admin", "shop", status=200)),
    *_uploading("teachers/{teacher}/new.pdf", BY_TEACHERS),
    *_uploading("teachers/{retired}/new.pdf", ANYWHERE),
    *_uploading("teachers/{promoted}/new.pdf", only("instructor", "admin", "promoted", status=200)),
    *_completing("my_", _UPLOADERS),
    *_completing("", _FOREIGN),
    row("DELETE /files/object?key={avatar}", admin(200)),
    row("GET /files/signed/{signed_read}", everyone(200)),
    row("GET /files/signed/{signed_write}", everyone(403)),
    row("HEAD /files/signed/{signed_read}", everyone(200)),
    row(
        "PUT /files/signed/{signed_write}",
        everyone(200),
        "{pdf}",
        headers={"content-type": "application/pdf"},
    ),
    row("PUT /files/signed/{signed_read}", everyone(403), "{pdf}", headers={"content-type": "application/pdf"}),
    row("POST /files/signed/{signed_form}", everyone(204), form="{form}"),
    row("POST /files/signed/{signed_read}", everyone(403), form="{form}"),
)

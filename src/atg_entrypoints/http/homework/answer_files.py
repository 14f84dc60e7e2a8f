"""Files and photos as answers: sent by the student, read by them and their teacher."""

from collections.abc import Sequence

from litestar import Response, delete, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation

from atg_core.errors import Invalid
from atg_core.files.media import named_disposition
from atg_core.files.model import StoredObject
from atg_core.files.ports import ObjectStore
from atg_core.homework.answer_files import AnswerByFiles
from atg_core.homework.model import AnswerFile
from atg_core.homework.ports import AnswerFileNotFound
from atg_entrypoints.http.file_response import CONDITIONAL, FileResponse, Representation
from atg_entrypoints.http.homework.queries import Shows
from atg_entrypoints.http.homework.submissions import submission_id_of
from atg_entrypoints.http.homework.submissions_wire import AnswerFileRow
from atg_entrypoints.http.homework.viewer import SignedInRequest, viewer_of
from atg_entrypoints.http.multipart_form import MultipartForm, form_schema
from atg_entrypoints.http.policy import SIGNED_IN
from atg_entrypoints.http.wire import to_wire, uuid_or
from atg_entrypoints.settings import Settings

_TAGS = ["homework, submissions"]
_FILE = "/submissions/{submission_id:str}/files/{file_id:str}"

_MOST_DIGITS = 10

Answers = NamedDependency[SkipValidation[AnswerByFiles]]


async def take_file(
    request: SignedInRequest, answer_by_files: AnswerByFiles, submission_id: int
) -> tuple[AnswerFile, bool]:
    """The file of a form, and whether it is new. Raises what `AnswerByFiles.add` raises, and Invalid."""
    form = MultipartForm(request)
    fields = await form.fields()
    number = fields.get("question_id", "")
    if not (number.isascii() and number.isdigit() and len(number) < _MOST_DIGITS):
        raise Invalid("is no question of this homework", field="question_id", code="unknown_question")
    return await answer_by_files.add(
        viewer_of(request), submission_id, int(number), form.file_name, form.file(), length=request.content_length
    )


# No idempotency key: the same file sent again is the one that is there.
@post(
    "/submissions/{submission_id:str}/files",
    policy=SIGNED_IN,
    idempotency_key=False,
    tags=_TAGS,
    summary="Add a file to an answer of a draft",
    form=form_schema("question_id"),
    also={403, 409},
)
async def add_answer_file(
    request: SignedInRequest, submission_id: FromPath[str], answer_by_files: Answers
) -> Response[AnswerFileRow]:
    """A picture (JPEG, PNG, WebP, HEIC), PDF, Word, Excel, OpenDocument or plain text, judged by its bytes, of at most
    20 MB; ten of an answer. 200 with the one that is there if it is the same.
    """
    file, is_new = await take_file(request, answer_by_files, submission_id_of(submission_id))
    return Response(to_wire(file, AnswerFileRow), status_code=201 if is_new else 200)


@get(_FILE, policy=SIGNED_IN, tags=_TAGS, summary="A file of an answer", instead=CONDITIONAL)
async def read_answer_file(
    *,
    request: SignedInRequest,
    submission_id: FromPath[str],
    file_id: FromPath[str],
    show_homework: Shows,
    object_store: NamedDependency[SkipValidation[ObjectStore]],
    settings: NamedDependency[SkipValidation[Settings]],
) -> FileResponse:
    """To save, not to be shown as a page; with ranges, as files are."""
    key, of = uuid_or(AnswerFileNotFound, file_id), submission_id_of(submission_id)
    file = await show_homework.file(viewer_of(request), of, key)
    representation = Representation(
        content_type=file.media_type, disposition=named_disposition("attachment", file.name)
    )

    async def find() -> StoredObject:
        stored = await object_store.find(file.object_key)
        if stored is None:
            raise AnswerFileNotFound
        return stored

    return FileResponse(find, object_store, representation=representation, accel=settings.accel_redirect)


@delete(_FILE, policy=SIGNED_IN, tags=_TAGS, summary="Remove a file from a draft", also={403, 409})
async def remove_answer_file(
    request: SignedInRequest, submission_id: FromPath[str], file_id: FromPath[str], answer_by_files: Answers
) -> None:
    key, of = uuid_or(AnswerFileNotFound, file_id), submission_id_of(submission_id)
    await answer_by_files.remove(viewer_of(request), of, key)


SMALL: Sequence[BaseRouteHandler] = (read_answer_file, remove_answer_file)
LARGE: Sequence[BaseRouteHandler] = (add_answer_file,)
"""Those whose bodies are files."""

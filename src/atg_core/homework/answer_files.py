"""Files and photos as answers (spec: homework-gradebook, Homework): the student's own, while it is a draft."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from atg_core.clock import Clock
from atg_core.errors import Invalid
from atg_core.homework.file_types import HEAD_BYTES, SUFFIXES, media_type_of
from atg_core.homework.model import AnswerFile, Question, Submission, Viewer
from atg_core.homework.ports import AnswerFileContents, NotYourSubmission, SubmissionStore, TooManyFiles
from atg_core.ids import NewId
from atg_core.text import plain_name
from atg_core.unit_of_work import UnitOfWork

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_FILES = 10
"""Of one answer."""
_LONGEST_NAME = 255


class FileTypeNotTaken(Invalid):
    """Homework takes pictures (JPEG, PNG, WebP, HEIC), PDF, Word, Excel, OpenDocument and plain text"""


class NoFilesTaken(Invalid):
    """This question is not answered by files"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerByFiles:
    """Adds and removes files of a draft. Their contents lie where files expire that no record names, so that nothing
    is left behind by what ends in the middle.

    Raises SubmissionNotFound, NotYourSubmission, SubmissionClosed, DeadlinePassed.
    """

    open: UnitOfWork[SubmissionStore]
    answer_file_contents: AnswerFileContents
    clock: Clock
    new_id: NewId

    async def add(
        self,
        viewer: Viewer,
        submission_id: int,
        question_id: int,
        name: str,
        chunks: AsyncIterator[bytes],
        *,
        length: int | None,
    ) -> tuple[AnswerFile, bool]:
        """The file, and whether it is new: the same one sent again is the one that is there.

        `length`: of the request. Raises FileTypeNotTaken, judged by the bytes, NoFilesTaken, TooManyFiles, TooLarge.
        """
        async with self.open() as store:
            submission = await self._draft(store, viewer, submission_id)
            require_files_allowed(await store.questions(submission.homework_id), question_id)
        head, rest = await _headed(chunks)
        media_type = media_type_of(head)
        if media_type is None:
            raise FileTypeNotTaken(field="file")
        file_id, digest = self.new_id(), sha256()
        key = f"incoming/homework/{submission_id}/{file_id}.{SUFFIXES[media_type]}"

        async def digested() -> AsyncIterator[bytes]:
            async for chunk in rest:
                digest.update(chunk)
                yield chunk

        most = MAX_FILE_BYTES if length is None else min(length, MAX_FILE_BYTES)
        size = await self.answer_file_contents.put(viewer.id, key, digested(), media_type=media_type, max_bytes=most)
        file = AnswerFile(
            id=file_id,
            submission_id=submission_id,
            question_id=question_id,
            name=_name_of(name, SUFFIXES[media_type]),
            media_type=media_type,
            size=size,
            digest=digest.hexdigest(),
            object_key=key,
            created_at=self.clock(),
        )
        try:
            kept = await self._keep(viewer, file)
        except BaseException:
            await self.answer_file_contents.delete(key)
            raise
        if kept is not file:
            await self.answer_file_contents.delete(key)
        return kept, kept is file

    async def _keep(self, viewer: Viewer, file: AnswerFile) -> AnswerFile:
        """The one that is there, if it is the same."""
        async with self.open() as store:
            await self._draft(store, viewer, file.submission_id)
            there = await store.files(file.submission_id, file.question_id)
            same = next((each for each in there if each.digest == file.digest), None)
            if same:
                return same
            if len(there) >= MAX_FILES:
                raise TooManyFiles
            await store.add_file(file)
        return file

    async def remove(self, viewer: Viewer, submission_id: int, file_id: UUID) -> None:
        """Raises AnswerFileNotFound."""
        async with self.open() as store:
            submission = await _own(store, viewer, submission_id)
            removed = await store.delete_file(submission_id, file_id)
            await self._require_open(store, submission)
        await self.answer_file_contents.delete(removed.object_key)

    async def _draft(self, store: SubmissionStore, viewer: Viewer, submission_id: int) -> Submission:
        submission = await _own(store, viewer, submission_id)
        await self._require_open(store, submission)
        return submission

    async def _require_open(self, store: SubmissionStore, submission: Submission) -> None:
        submission.require_draft()
        (await store.homework(submission.homework_id)).require_open(self.clock())


async def _own(store: SubmissionStore, viewer: Viewer, submission_id: int) -> Submission:
    submission = await store.submission(submission_id, viewer)
    if submission.student_id != viewer.id:
        raise NotYourSubmission
    return submission


def require_files_allowed(questions: Sequence[Question], question_id: int) -> None:
    """Raises Invalid for what is no question of the homework, NoFilesTaken."""
    question = next((each for each in questions if each.id == question_id), None)
    if question is None:
        raise Invalid("is no question of this homework", field="question_id", code="unknown_question")
    if not (question.is_text and question.allow_files):
        raise NoFilesTaken(field="question_id")


async def _headed(chunks: AsyncIterator[bytes]) -> tuple[bytes, AsyncIterator[bytes]]:
    """The first bytes, and all of them."""
    head = bytearray()
    async for chunk in chunks:
        head += chunk
        if len(head) >= HEAD_BYTES:
            break

    async def whole() -> AsyncIterator[bytes]:
        yield bytes(head)
        async for chunk in chunks:
            yield chunk

    return bytes(head[:HEAD_BYTES]), whole()


def _name_of(name: str, suffix: str) -> str:
    """The last part of a path, as it is kept; browsers of former days sent the path."""
    plain = plain_name(name.replace("\\", "/").rpartition("/")[2])
    return plain[-_LONGEST_NAME:] or f"file.{suffix}"

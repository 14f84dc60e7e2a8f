"""Homework: authoring, submissions and grading."""

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from dependency_injector import providers

from atg_adapters.sql.homework.authoring import SqlHomework
from atg_adapters.sql.homework.due import SqlDueHomeworkQueries
from atg_adapters.sql.homework.queries import SqlHomeworkQueries
from atg_adapters.sql.homework.submissions import SqlSubmissions
from atg_adapters.tabular.homework_gift import read_gift
from atg_core.files.ports import ObjectStore
from atg_core.files.upload_quota import ReserveUpload
from atg_core.homework.answer_files import AnswerByFiles
from atg_core.homework.authoring import EditHomework
from atg_core.homework.due import ShowDueHomework
from atg_core.homework.manual_grading import GradeAnswers
from atg_core.homework.model import Viewer
from atg_core.homework.queries import ShowHomework
from atg_core.homework.submissions import OpenDraft, SubmitHomework
from atg_core.schedule.model import Viewer as ScheduleViewer
from atg_entrypoints.wiring.files import Files
from atg_entrypoints.wiring.shared import reading, unit_of_work
from atg_entrypoints.wiring.use_cases import use_case


class _AnswerFileContents:
    """`AnswerFileContents` over the files context, which counts what is uploaded."""

    def __init__(self, reserve_upload: ReserveUpload, object_store: ObjectStore) -> None:
        self._reserve, self._store = reserve_upload, object_store

    async def put(self, owner: UUID, key: str, chunks: AsyncIterator[bytes], *, media_type: str, max_bytes: int) -> int:
        upload = await self._reserve.arriving(owner, key, media_type, length=max_bytes)
        return (await self._reserve.store(upload, chunks)).size

    async def delete(self, key: str) -> None:
        await self._store.delete(key)


@dataclass(frozen=True, slots=True, kw_only=True)
class _CopyDrafts:
    """`CopyDrafts` of the schedule, in the same transaction."""

    edit_homework: EditHomework

    async def __call__(
        self, viewer: ScheduleViewer, group_ids: Collection[int], since: datetime, until: datetime, later: timedelta
    ) -> int:
        who = Viewer(id=viewer.id, is_admin=viewer.is_admin)
        return await self.edit_homework.copy_drafts(who, group_ids, since, until, later)

    async def count(self, group_ids: Collection[int], since: datetime, until: datetime) -> int:
        return await self.edit_homework.count_due(group_ids, since, until)


class Homework(Files):
    homework_queries = reading(SqlHomeworkQueries)
    open_homework = unit_of_work(SqlHomework, shared=True)
    open_submissions = unit_of_work(SqlSubmissions, shared=True)
    show_homework = use_case(ShowHomework)
    edit_homework = use_case(EditHomework, open=open_homework)
    copy_drafts = use_case(_CopyDrafts)
    read_gift = providers.Object(read_gift)
    open_draft = use_case(OpenDraft, open=open_submissions)
    submit_homework = use_case(SubmitHomework, open=open_submissions)
    answer_file_contents = providers.Singleton(_AnswerFileContents, Files.reserve_upload, Files.object_store)
    answer_by_files = use_case(AnswerByFiles, open=open_submissions)
    grade_answers = use_case(GradeAnswers, open=open_submissions)
    due_homework_queries = reading(SqlDueHomeworkQueries)
    show_due_homework = use_case(ShowDueHomework)

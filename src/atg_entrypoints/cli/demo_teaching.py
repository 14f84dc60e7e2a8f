"""What is to be done today in the demo: a lesson that can be started, and homework that waits to be marked."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from atg_core.homework.model import QuestionType
from atg_core.homework.model import Viewer as HomeworkViewer
from atg_core.homework.submissions import AnswerInput
from atg_core.schedule.model import Viewer
from atg_entrypoints.container import Container


class Today(msgspec.Struct):
    """A `lesson` that can be started now, and what students answer to text questions of published `homework`."""

    teacher: str
    group: str
    lesson: str
    homework: str
    answers: Mapping[str, str]


async def play_teaching(container: Container, today: Today) -> None:
    teacher_id = await _id_of(container, today.teacher)
    viewer = Viewer(id=teacher_id)
    groups, _ = await container.schedule_queries().groups(viewer, limit=100, offset=0)
    group_id = next(group.id for group in groups if group.name == today.group)
    start = _next_five_minutes(container.clock()()) + timedelta(minutes=5)
    await container.edit_lessons().add(
        viewer,
        group_id=group_id,
        title=today.lesson,
        start_time=start,
        end_time=start + timedelta(minutes=90),
        allow_overlap=True,
    )
    await _hand_in(container, HomeworkViewer(id=teacher_id), group_id, today)


async def _id_of(container: Container, username: str) -> UUID:
    account = await container.callers().find_account(username)
    if account is None:
        raise LookupError(username)
    user_id: UUID = account.user.id
    return user_id


def _next_five_minutes(now: datetime) -> datetime:
    return now.replace(minute=now.minute - now.minute % 5, second=0, microsecond=0) + timedelta(minutes=5)


async def _hand_in(container: Container, teacher: HomeworkViewer, group_id: int, today: Today) -> None:
    found, _ = await container.homework_queries().listed(teacher, group_id, limit=100, offset=0)
    homework = next(each for each in found if each.title == today.homework)
    questions = await container.homework_queries().questions(homework.id)
    for username, text in today.answers.items():
        student = HomeworkViewer(id=await _id_of(container, username))
        answers = [
            AnswerInput(question_id=each.id, text=text)
            if each.question_type is QuestionType.TEXT
            else AnswerInput(question_id=each.id, choice_ids=tuple(each.correct_choice_ids))
            for each in questions
        ]
        submission_id, _ = await container.open_draft()(student, homework.id)
        await container.submit_homework().save_answers(student, submission_id, answers)
        await container.submit_homework().submit(student, submission_id)

"""What is to be done today in the demo: a lesson that can be started, and homework that waits to be marked."""

from datetime import datetime, timedelta

from atg_core.homework.model import QuestionType
from atg_core.homework.model import Viewer as HomeworkViewer
from atg_core.homework.submissions import AnswerInput
from atg_core.schedule.model import Viewer
from atg_entrypoints.container import Container

_TEACHER, _GROUP = "teacher", "МТК-26/1"
_LESSON, _HOMEWORK = "Консультация: антипомпажная защита", "Помпаж и антипомпажная защита"
_ANSWERS = {
    "a.belyaeva": "Открывает антипомпажный клапан вручную, чтобы вернуть расход через компрессор, и снижает нагрузку.",
    "t.vakhitov": "Сообщает диспетчеру и останавливает агрегат: без клапана помпаж разрушит подшипники.",
}


async def play_teaching(container: Container) -> None:
    teacher = await container.callers().find_account(_TEACHER)
    if teacher is None:
        raise LookupError(_TEACHER)
    viewer = Viewer(id=teacher.user.id)
    groups, _ = await container.schedule_queries().groups(viewer, limit=100, offset=0)
    group_id = next(group.id for group in groups if group.name == _GROUP)
    start = _next_five_minutes(container.clock()()) + timedelta(minutes=5)
    await container.edit_lessons().add(
        viewer,
        group_id=group_id,
        title=_LESSON,
        start_time=start,
        end_time=start + timedelta(minutes=90),
        allow_overlap=True,
    )
    await _hand_in(container, HomeworkViewer(id=teacher.user.id), group_id)


def _next_five_minutes(now: datetime) -> datetime:
    return now.replace(minute=now.minute - now.minute % 5, second=0, microsecond=0) + timedelta(minutes=5)


async def _hand_in(container: Container, teacher: HomeworkViewer, group_id: int) -> None:
    found, _ = await container.homework_queries().listed(teacher, group_id, limit=100, offset=0)
    homework = next(each for each in found if each.title == _HOMEWORK)
    questions = await container.homework_queries().questions(homework.id)
    for username, text in _ANSWERS.items():
        account = await container.callers().find_account(username)
        if account is None:
            raise LookupError(username)
        student = HomeworkViewer(id=account.user.id)
        answers = [
            AnswerInput(question_id=each.id, text=text)
            if each.question_type is QuestionType.TEXT
            else AnswerInput(question_id=each.id, choice_ids=tuple(each.correct_choice_ids))
            for each in questions
        ]
        submission_id, _ = await container.open_draft()(student, homework.id)
        await container.submit_homework().save_answers(student, submission_id, answers)
        await container.submit_homework().submit(student, submission_id)

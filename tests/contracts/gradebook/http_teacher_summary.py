"""The teacher summary over HTTP, over every database alike (spec: homework-gradebook, Gradebook)."""

from datetime import timedelta

from tests.arranging import rows_of
from tests.classroom import NOON, SINGLE, TEXT
from tests.gradebook_classroom import GradebookClassroom, GradebookContract


class HttpTeacherSummaryContract(GradebookContract):
    async def test_a_teacher_sees_what_they_taught_and_what_is_to_be_done(self, classroom: GradebookClassroom) -> None:
        await classroom.mark(await classroom.lesson(3), boris="present", vera="absent")
        await classroom.lesson(28)
        empty = await classroom.colleague.get("/teachers/me/summary")
        assert empty == {
            "lessons_held": 0,
            "hours": 0.0,
            "recorded": 0,
            "recorded_share": None,
            "groups": 1,
            "students": 1,
            "submissions_waiting": 0,
            "waiting": [],
            "upcoming": [],
        }
        homework = await classroom.homework(TEXT, SINGLE)
        await classroom.handed_in(homework, "boris")
        classroom.pass_by(minutes=10)
        await classroom.handed_in(homework, "vera")
        await classroom.graded(await classroom.homework(TEXT, title="Второе"), "vera")
        rule = {
            "group_id": classroom.group,
            "title": "Семинар",
            "day_of_week": 3,
            "start_time": "15:00",
            "end_time": "16:30",
        }
        days = {"start_date": "2026-03-01", "end_date": "2026-05-31", "timezone": "UTC"}
        await classroom.teacher.post("/schedule/recurring-lessons", body={**rule, **days})
        soon = await classroom.lesson(9, "Скоро")
        classroom.now = NOON + timedelta(days=5)
        [first] = [
            row["id"] for row in await rows_of(classroom.container, "scheduled_lessons") if row["title"] == "Насосы"
        ][:1]
        url = {"url": "https://video.example.com/1"}
        await classroom.teacher.post(f"/schedule/lessons/{first}/recordings", body=url)
        summary = await classroom.teacher.get("/teachers/me/summary")
        assert (summary["lessons_held"], summary["hours"]) == (1, 1.0)
        assert (summary["recorded"], summary["recorded_share"]) == (1, "100.00")
        assert (summary["groups"], summary["students"], summary["submissions_waiting"]) == (1, 2, 2)
        assert summary["waiting"] == [
            {
                "homework_id": homework["id"],
                "title": "Помпаж",
                "group_id": classroom.group,
                "group_name": "ТК-1",
                "submissions": 2,
                "since": "2026-03-02T12:00:00.000Z",
            }
        ]
        upcoming = [(each["title"], each["lesson_id"], each["occurrence_date"]) for each in summary["upcoming"]]
        assert upcoming == [("Скоро", soon, None), ("Семинар", None, "2026-03-12"), ("Семинар", None, "2026-03-19")]

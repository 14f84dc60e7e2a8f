"""Bodies that name what belongs elsewhere: it is not found there, whoever asks (Z4)."""

from tests.authorisation.callers import admin, author, owner, signed_in, taught
from tests.authorisation.row import row

_OF_OTHER_COURSE = {"question_id": "{other_test_question}", "option_ids": []}
CHILDREN = (
    row("PUT /programs/order", author(400), ["{program}", "{other_program}"]),
    row("PUT /lessons/order", author(400), ["{lesson}", "{other_lesson}"]),
    row("PUT /topics/order", author(400), ["{topic}", "{other_topic}"]),
    row("PUT /topics/{other_topic}/files/order", author(400), ["{file}"]),
    row(
        "PUT /lessons/{lesson}/test",
        author(400),
        {"questions": [{"id": "{other_test_question}", "text": "x", "question_type": "single", "options": []}]},
    ),
    row("PUT /stations/{station}/course-program/update", admin(404), {"id": "{other_program}"}),
    row("POST /lessons/{lesson}/test/results", signed_in(400, service=400), {"answers": [_OF_OTHER_COURSE]}),
    row("PUT /schedule/lessons/{unheld}", taught(404, admin=200), {"group_id": "{other_group}", "allow_overlap": True}),
    row("PUT /schedule/recurring-lessons/{rule}", taught(404, admin=200), {"group_id": "{other_group}"}),
    row("POST /homework", taught(400), {"group_id": "{group}", "title": "x", "lesson_id": "{other_planned}"}),
    row("PUT /homework/{hidden}", taught(404, admin=200), {"group_id": "{other_group}"}),
    row("POST /homework/{begun}/copy", taught(404, admin=201), {"group_id": "{other_group}"}),
    row(
        "PUT /submissions/{draft}/answers",
        owner(400, teacher=403, admin=403),
        [{"question_id": "{done_question}", "text": "x"}],
    ),
    row("PUT /submissions/{submitted}/grades", taught(400), [{"question_id": "{begun_question}", "grade": "1.00"}]),
    row("PUT /control-points/{point}/grades", taught(400), [{"student_id": "{outsider}", "grade": "1.00"}]),
    row("PUT /schedule/lessons/{planned}/attendance", taught(400), [{"student_id": "{outsider}", "status": "late"}]),
)

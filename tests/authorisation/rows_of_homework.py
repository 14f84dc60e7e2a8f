"""Homework and the gradebook: the teacher's own, and each student's own of it."""

from tests.authorisation.callers import group, owner, signed_in, taught, teachers
from tests.authorisation.row import row
from tests.authorisation.teaching_data import EXAM

_ANSWERS = [{"question_id": "{begun_question}", "text": "x"}]
_PHOTO = {"question_id": "{begun_question}", "file": b"\xff\xd8\xff\xe0another photo"}
_GRADES = [{"question_id": "{done_question}", "grade": "1.00"}]
HOMEWORK = (
    row("GET /homework", signed_in(200)),
    row("POST /homework", taught(201), {"group_id": "{group}", "title": "x"}),
    row("GET /homework/{begun}", group(200)),
    row("GET /homework/{hidden}", signed_in(404, teacher=200, admin=200)),
    row("PUT /homework/{begun}", taught(200), {"title": "x"}),
    row("DELETE /homework/{unused}", taught(204)),
    row("POST /homework/{hidden}/publish", taught(200)),
    row("POST /homework/{begun}/copy", taught(201)),
    row("PUT /homework/{begun}/exemptions", taught(200), [{"student_id": "{classmate}", "excused": True}]),
    row("GET /homework/{begun}/submissions", group(200)),
    row("GET /homework/{hidden}/submissions", signed_in(404, teacher=200, admin=200)),
    row("POST /homework/{begun}/submissions", group(201, student=200, teacher=403, admin=403)),
    row("POST /homework/{hidden}/submissions", signed_in(404, teacher=403, admin=403)),
    row("GET /submissions/{draft}", owner(200)),
    row("GET /submissions/{submitted}", owner(200)),
    row("PUT /submissions/{draft}/answers", owner(200, teacher=403, admin=403), _ANSWERS),
    row("POST /submissions/{draft}/submit", owner(200, teacher=403, admin=403)),
    row("GET /submissions", teachers(200)),
    row("GET /homework/{begun}/missing", taught(200, promoted=403)),
    row("POST /submissions/{draft}/files", owner(201, teacher=403, admin=403), form=_PHOTO),
    row("GET /submissions/{draft}/files/{answer_file}", owner(200)),
    row("DELETE /submissions/{draft}/files/{answer_file}", owner(204, teacher=403, admin=403)),
    row("PUT /submissions/{submitted}/grades", taught(200), _GRADES),
    row("GET /submissions/{submitted}/grade-changes", taught(200)),
)

GRADEBOOK = (
    row("GET /groups/{group}/gradebook", taught(200)),
    row("GET /groups/{group}/gradebook.csv", taught(200)),
    row("GET /groups/{group}/gradebook.xlsx", taught(200)),
    row("GET /groups/{group}/grade-changes", taught(200)),
    row("GET /groups/{group}/control-points", taught(200)),
    row("POST /groups/{group}/control-points", taught(201), EXAM),
    row("PUT /control-points/{point}", taught(200), {"title": "y"}),
    row("DELETE /control-points/{point}", taught(204)),
    row("GET /control-points/{point}/changes", taught(200)),
    row("GET /groups/{group}/control-point-changes", taught(200)),
    row("GET /groups/{group}/late-rule-changes", taught(200)),
    row("GET /control-points/{point}/grades", taught(200)),
    row("PUT /control-points/{point}/grades", taught(200), [{"student_id": "{student}", "grade": "8.00"}]),
    row("GET /schedule/lessons/{planned}/attendance", taught(200)),
    row("PUT /schedule/lessons/{planned}/attendance", taught(200), [{"student_id": "{student}", "status": "absent"}]),
    row("GET /schedule/lessons/{planned}/attendance-changes", taught(200)),
    row("GET /groups/{group}/progress", group(200)),
    row("GET /groups/{group}/progress.svg", group(200)),
    row("GET /students/{student}/progress", owner(200)),
    row("GET /students/{student}/progress.svg", owner(200)),
    row("GET /me/gradebook", signed_in(200)),
    row("GET /teachers/me/summary", teachers(200)),
)

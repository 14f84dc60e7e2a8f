"""Who had another role before: what it gave is gone, and the new one reaches nothing of others.

`promoted` has handed in `{by_promoted}` as a student; `{former_…}` is what `retired` had as a teacher.
"""

from tests.authorisation.callers import Answers, only, signed_in
from tests.authorisation.row import row
from tests.authorisation.teaching_data import EXAM, RULE, SLOT

_GRADES = [{"question_id": "{done_question}", "grade": "1.00"}]
_OWN_WORK = only("teacher", "admin", status=200, colleague=404, promoted=403)
"""`promoted` finds it, since it is their own, and does not teach the group."""
_PROMOTED = (
    row("GET /submissions/{by_promoted}", signed_in(404, teacher=200, admin=200, promoted=200)),
    row("GET /students/{promoted}/progress", signed_in(404, teacher=200, admin=200, promoted=200)),
    row("PUT /submissions/{by_promoted}/grades", _OWN_WORK, _GRADES),
    row("GET /submissions/{by_promoted}/grade-changes", _OWN_WORK),
)
_SEEN = signed_in(404, outsider=200, admin=200, retired=200)
"""`retired` owns the group until an administrator hands it over, and can read it; only teachers change it."""


def _no_longer(status: int, **but: int) -> Answers:
    """Only teachers do this."""
    return only("admin", status=status, teacher=404, colleague=404, promoted=404) | but


_IN_GROUP = {"group_id": "{former_group}", "title": "x"}
_FORMER_GRADES = [{"question_id": "{former_question}", "grade": "1.00"}]
_STUDENT = {"student_id": "{outsider}"}
_RETIRED = (
    row("GET /groups/{former_group}", _SEEN),
    row("PUT /groups/{former_group}", _no_longer(200), {"name": "y"}),
    row("POST /groups/{former_group}/students", _no_longer(200), {"student_ids": ["{user}"]}),
    row("POST /groups/{former_group}/join-code", _no_longer(201)),
    row("GET /groups/{former_group}/invitations", _no_longer(200)),
    row("DELETE /groups/{former_group}/students/{outsider}", _no_longer(204)),
    row("GET /schedule/lessons/{former_lesson}", _SEEN),
    row("POST /schedule/lessons", _no_longer(201), {**_IN_GROUP, **SLOT}),
    row("PUT /schedule/lessons/{former_lesson}", _no_longer(200), {"title": "y"}),
    row("POST /schedule/lessons/{former_lesson}/start", _no_longer(404)),
    row("GET /schedule/recurring-lessons/{former_rule}", _SEEN),
    row("POST /schedule/recurring-lessons", _no_longer(201), {**_IN_GROUP, **RULE}),
    row("PUT /schedule/recurring-lessons/{former_rule}", _no_longer(200), {"title": "y"}),
    row("DELETE /schedule/recurring-lessons/{former_rule}", _no_longer(204)),
    row("GET /homework/{former_homework}", _SEEN),
    row("GET /homework/{former_homework}/submissions", _SEEN),
    row("POST /homework", _no_longer(201), _IN_GROUP),
    row("PUT /homework/{former_homework}", _no_longer(200), {"title": "y"}),
    row("GET /submissions/{former_submission}", _SEEN),
    row("PUT /submissions/{former_submission}/grades", _no_longer(200), _FORMER_GRADES),
    row("GET /submissions/{former_submission}/grade-changes", _no_longer(200)),
    row("GET /groups/{former_group}/gradebook", _no_longer(200)),
    row("GET /groups/{former_group}/grade-changes", _no_longer(200)),
    row("POST /groups/{former_group}/control-points", _no_longer(201), EXAM),
    row("DELETE /control-points/{former_point}", _no_longer(204)),
    row("GET /control-points/{former_point}/changes", _no_longer(200)),
    row("GET /groups/{former_group}/control-point-changes", _no_longer(200)),
    row("GET /groups/{former_group}/late-rule-changes", _no_longer(200)),
    row("PUT /control-points/{former_point}/grades", _no_longer(200), [{**_STUDENT, "grade": "8.00"}]),
    row("PUT /schedule/lessons/{former_lesson}/attendance", _no_longer(200), [{**_STUDENT, "status": "late"}]),
)
FORMER_ROLES = _PROMOTED + _RETIRED

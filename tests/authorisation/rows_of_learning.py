"""Learning: everybody learns for themselves; instructors and administrators see how it goes."""

from tests.authorisation.callers import admin, author, everyone, only, signed_in
from tests.authorisation.row import row

_OUTSIDE = {"user_id": "{person}", "score_percent": 90}
_OWN_SCORE = {"answers": [], "score_percent": 100}
_GRADERS = only("instructor", "admin", "service", status=201)


def _tests(path: str) -> tuple[object, ...]:
    return (
        row(f"GET {path}", signed_in(200)),
        row(f"POST {path}/attempts", signed_in(201)),
        row(f"POST {path}/results", signed_in(201, service=400), {"answers": []}),
        row(f"POST {path}/results", _GRADERS, _OUTSIDE),
        row(f"GET {path}/results", author(200)),
    )


LEARNING = (
    row("POST /courses/{course}/enroll", signed_in(200)),
    row("DELETE /courses/{course}/enroll", signed_in(204)),
    row("GET /courses/me/enrollments", signed_in(200)),
    row("GET /users/me/stats", signed_in(200)),
    row("PUT /topics/{topic}/progress", signed_in(200), {"completed": True}),
    row("PUT /topics/{other_topic}/progress", signed_in(403), {"completed": True}),
    row("GET /courses/{course}/progress", signed_in(200)),
    *_tests("/lessons/{lesson}/test"),
    *_tests("/programs/{program}/final-test"),
    row("GET /users/me/test-results", signed_in(200)),
    row("GET /users/me/certificates", signed_in(200)),
    row("GET /certificates/{number}?code={code}", everyone(200)),
    row("GET /certificates/{number}?code=wrong", everyone(404)),
    row("GET /certificates/{number}/pdf?code={code}", everyone(200)),
    row("GET /certificates/{number}/pdf?code=wrong", everyone(404)),
    row("POST /admin/certificates/{number}/revoke", admin(200)),
    row("GET /courses/{course}/learners", author(200)),
    row("GET /courses/{course}/learners.csv", author(200)),
    row("PUT /admin/enrollments", admin(200), {"course_id": "{course}", "user_ids": ["{person}"]}),
    row("GET /admin/reports/compliance?course_id={course}", admin(200)),
    row("GET /admin/reports/compliance.csv?course_id={course}", admin(200)),
)

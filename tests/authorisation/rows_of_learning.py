"""Learning: everybody learns for themselves; instructors and the training department see how it goes."""

from tests.authorisation.callers import admin, author, course_staff, everyone, only, signed_in, training
from tests.authorisation.row import row

_OUTSIDE = {"user_id": "{person}", "score_percent": 90}
_OWN_SCORE = {"answers": [], "score_percent": 100}
_GRADERS = only("instructor", "training", "admin", "service", status=201)


def _tests(path: str) -> tuple[object, ...]:
    return (
        row(f"GET {path}", signed_in(200)),
        row(f"POST {path}/attempts", signed_in(201)),
        row(f"PUT {path}/attempts/draft", signed_in(409), {"answers": []}),
        row(f"POST {path}/results", signed_in(201, service=400), {"answers": []}),
        row(f"POST {path}/results", _GRADERS, _OUTSIDE),
        row(f"GET {path}/results", course_staff(200)),
        row(f"GET {path}/statistics", course_staff(200)),
    )


_FILE = {"material_type": "pdf", "material_key": "lessons/a.pdf"}
_SUBMISSION = {"test_id": "{lesson_test}", "test_type": "lesson", "answers_data": {}, "score": 100}
_POSITION = {"material_key": "lessons/a.pdf", "position_seconds": 1.5}

EXISTING_FRONTEND = (
    row("POST /courses/programs/{program}/enroll", signed_in(200)),
    row("GET /courses/programs/{program}/progress", signed_in(200)),
    row("GET /courses/programs/{other_program}/progress", signed_in(404)),
    row("POST /courses/programs/{program}/materials/complete", signed_in(200), _FILE),
    row("POST /courses/programs/{other_program}/materials/complete", signed_in(404), _FILE),
    row("GET /courses/me/programs", signed_in(200)),
    row("GET /courses/me/stats", signed_in(200)),
    row("GET /courses/tests/lesson/{lesson}", signed_in(200)),
    row("GET /courses/tests/course-program/{program}", signed_in(200)),
    row("GET /courses/tests", admin(200)),
    row("POST /courses/tests/create", admin(201), {"test_type": "lesson", "title": "x", "lesson_id": "{bare_lesson}"}),
    row("GET /courses/tests/final/{final_test}", admin(200)),
    *(
        row(f"{method} /courses/tests/{kind}/{{{kind}_test}}/{what}", admin(200), body)
        for kind in ("lesson", "final")
        for method, what, body in (
            ("PUT", "update", {"title": "x"}),
            ("PUT", "questions", {"questions": []}),
            ("DELETE", "delete", None),
        )
    ),
    row("POST /courses/tests/results/create", signed_in(201), _SUBMISSION),
    row("GET /courses/tests/lesson/{lesson_test}/results", signed_in(200)),
    row("GET /courses/tests/final/{final_test}/results", signed_in(200)),
    row("POST /courses/progress/save", signed_in(200), _POSITION | {"course_program_id": "{program}"}),
    row("POST /courses/progress/save", signed_in(404), _POSITION | {"course_program_id": "{other_program}"}),
    row("POST /courses/progress/batch", signed_in(200), {"material_keys": ["lessons/a.pdf"]}),
    row("GET /courses/progress/{file_key}", signed_in(200)),
)

_BY_MANAGER = signed_in(404, instructor=200)
_LED = {"course_id": "{course}", "audience": "group", "department": "led"}
MANAGED = (
    *(
        row(f"GET /managed/{report}{ending}", signed_in(200))
        for report in ("late", "matrix")
        for ending in ("", ".csv", ".xlsx")
    ),
    row("GET /managed/people", signed_in(200)),
    row("GET /managed/people/{person}", _BY_MANAGER),
    row("GET /managed/people/{person}/certificates", _BY_MANAGER),
    row("GET /managed/people/{classmate}", signed_in(404)),
    row("GET /managed/assignments", signed_in(200)),
    row("POST /managed/assignments", signed_in(404, instructor=201), _LED),
    row("POST /managed/assignments", signed_in(404), {**_LED, "audience": "company", "department": None}),
    row("GET /managed/assignments/{led_assignment}/people", _BY_MANAGER),
    row("PUT /managed/assignments/{led_assignment}", signed_in(404, instructor=403), {"due_days": 3}),
    row("DELETE /managed/assignments/{led_assignment}", signed_in(404, instructor=403)),
    row("GET /managed/assignments/{assignment}/people", signed_in(404)),
    row("PUT /managed/assignments/{assignment}", signed_in(404), {"due_days": 3}),
    row("DELETE /managed/assignments/{assignment}", signed_in(404)),
)

LEARNING = (
    row("POST /courses/{course}/enroll", signed_in(200)),
    row("DELETE /courses/{course}/enroll", signed_in(204)),
    row("GET /courses/me/enrollments", signed_in(200)),
    row("GET /courses/me/locked", signed_in(200)),
    row("GET /learning-paths", signed_in(200)),
    row("GET /learning-paths/{learning_path}", signed_in(200)),
    row("POST /learning-paths", author(201), {"title": "x"}),
    row("PUT /learning-paths/{learning_path}", author(200), {"title": "y"}),
    row("POST /learning-paths/{learning_path}/enroll", signed_in(200)),
    row("DELETE /learning-paths/{learning_path}/enroll", signed_in(204)),
    row("PUT /admin/learning-paths/{learning_path}/assignees", training(200), {"user_ids": ["{person}"]}),
    row("DELETE /learning-paths/{learning_path}", author(204)),
    row("GET /courses/{course}/prerequisites", signed_in(200)),
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
    row("GET /certificates/{number}/pdf", everyone(404) | {"admin": 200, "training": 200, "student": 200}),
    row("GET /admin/certificates", training(200)),
    row("GET /admin/certificates.csv", training(200)),
    row("GET /admin/certificates.xlsx", training(200)),
    row("POST /admin/certificates/{number}/reissue", training(200)),
    row("POST /admin/certificates/{number}/revoke", training(200)),
    row("GET /courses/{course}/learners", course_staff(200)),
    row("GET /courses/{course}/learners.csv", course_staff(200)),
    row("GET /courses/{course}/learners.xlsx", course_staff(200)),
    row("PUT /admin/enrollments", training(200), {"course_id": "{course}", "user_ids": ["{person}"]}),
    row("GET /admin/assignments", training(200)),
    row(
        "POST /admin/assignments",
        training(201),
        {"course_id": "{course}", "audience": "users", "user_ids": ["{person}"]},
    ),
    row("POST /admin/assignments", training(201), {"learning_path_id": "{learning_path}", "audience": "company"}),
    row("GET /admin/assignments/{assignment}", training(200)),
    row("GET /admin/assignments/{assignment}/people", training(200)),
    row("PUT /admin/assignments/{assignment}", training(200), {"due_days": 3}),
    row("DELETE /admin/assignments/{assignment}", training(204)),
    *(
        row(f"GET /admin/reports/{report}{ending}", training(200))
        for report in ("late", "matrix")
        for ending in ("", ".csv", ".xlsx")
    ),
    row("GET /admin/managers", training(200)),
    row("PUT /admin/managers/{person}", training(200), {"departments": ["led"]}),
    *MANAGED,
    *EXISTING_FRONTEND,
    row("GET /admin/reports/compliance?course_id={course}", training(200)),
    row("GET /admin/reports/compliance.csv?course_id={course}", training(200)),
    row("GET /admin/reports/compliance.xlsx?course_id={course}", training(200)),
)

"""Ids that the example data have, so that the fuzz does not only meet 404."""

import json
from collections.abc import Mapping, Sequence

import httpx

from tests.fuzz.roles import token_of

_OFTEN = 0.6
_PDF = b"%PDF-1.4\n%%EOF\n"
_KEY = "public/fuzz.pdf"
# Numbers are given from 1 by the database; of these each table of the examples has some.
_NUMBERS = range(1, 7)
_PATHS = {
    "numbers": (
        *("account_id", "asset_id", "child_id", "code_id", "control_point_id", "file_id", "group_id", "homework_id"),
        *("lesson_id", "material_id", "program_id", "purchase_id", "rule_id", "safety_id", "station_id"),
        *("submission_id", "ticket_id", "topic_id"),
    ),
    "people": ("student_id",),
    "users": ("user_id",),
    "courses": ("course_id",),
    "campaigns": ("campaign",),
    "days": ("day",),
    "keys": ("key",),
}
# Of members that no other member excludes: what is bound is put in, whether or not it was there.
_BODIES = {
    "whole_numbers": ("group_id", "course_program_id", "lesson_ids[*]", "[*].question_id"),
    "people": ("teacher_id", "student_ids[*]", "[*].student_id"),
}
_QUERIES = {
    "people": ("student_id", "actor_id"),
    "whole_numbers": ("group_id", "lesson_id"),
    "courses": ("course_id",),
    "visits": ("session_id",),
    "keys": ("key",),
}


def vocabulary_of(url: str) -> str:
    """A part of schemathesis' configuration (TOML). Signs in as an administrator, and uploads a file."""
    headers = {"Authorization": f"Bearer {token_of('admin', url)}"}
    with httpx.Client(base_url=url, headers=headers, timeout=30) as client:
        client.post("/files/upload", data={"key": _KEY}, files={"file": ("fuzz.pdf", _PDF)}).raise_for_status()
        people = [row["id"] for row in client.get("/admin/users", params={"size": 100}).json()["items"]]
        visits = [row["id"] for row in client.get("/admin/campaigns/sessions").json()["items"]]
        courses = [row["id"] for row in client.get("/courses").json()["items"]]
    numbers = [str(number) for number in _NUMBERS]
    dictionaries: Mapping[str, Sequence[str | int]] = {
        "numbers": numbers,
        "whole_numbers": list(_NUMBERS),
        "people": people,
        "users": [*people, *numbers],  # those of the shop have numbers
        "courses": [*courses, *numbers],
        "visits": visits,
        "keys": [_KEY],
        "campaigns": ["default"],
        "days": ["2026-10-05", "2026-10-06", "2026-10-07"],
    }
    lines = [f"[dictionaries.{name}]\nvalues = {json.dumps(values)}" for name, values in dictionaries.items()]
    bound = [("path", _PATHS), ("query", _QUERIES), ("body", _BODIES)]
    lines += ["[parameters]"] + [
        f'"{place}.{name}" = {{ dictionary = "{dictionary}", probability = {_OFTEN} }}'
        for place, uses in bound
        for dictionary, names in uses.items()
        for name in names
    ]
    return "\n".join(lines) + "\n"

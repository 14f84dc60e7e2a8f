"""The one place that says which findings of schemathesis are none, each with its reason.

All checks are on. What is here is about data that the schema allows and a rule of the domain refuses, data that the
schema forbids and a lenient reader takes, and uploads that were ended.
"""

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from typing import Any

import jsonschema_rs

from atg_adapters.words.extraction import messages

# A JSON Schema speaks of one value at a time, and knows neither the database nor who asks. What these sentences refuse
# is well formed: 400 is right, though the schema can not tell.
_RULES = {
    "names what is not there, or not of this parent": (
        r"[Nn]o such|has no such|is not in the group|(is|are) no (text )?(question|choices|options?|active users)"
        r"|not all of one parent|these are no"
    ),
    "compares members of one body": (
        r"ends after it begins|after the start|at most$|twice|each record once|stands in a course once"
        r"|(single|multiple) choice"
        r"|days before the last day|no day that can be counted"
        r"|has no choices|answered by choices|to move a lesson|one of: planned, cancelled$"
    ),
    "depends on who asks, or on a secret": (
        r"^(user_id|group_id): is required|A score from outside|current password is wrong|link is not valid"
        r"|Choose a role first"
        r"|not begun in this browser|did not let you in|is wrong or has expired|was used already, or is older"
    ),
    "is a text that this service gave out": r"is no cursor of this list",
    "depends on settings: types, sizes, words that are too easy": (
        r"of this (size|type) can not be uploaded|larger than|too easy to guess|A password has"
    ),
    "looks into the bytes of a file, or at what is a media type": (
        r"is no PNG|are not of its type|must be a media type|not in UTF-8|iCalendar"
    ),
    "is about times that a calendar or a zone does not have": (
        r"the year must be|^expires_at: must be a date|no such time zone|must be a date or a date with a time"
    ),
    "is about keys: their segments, normal form and length in bytes": r"The key ",
    "is about the order of the parts of a form": r"before the file$",
    "wants one of several parameters": (
        r"or user_id( or email)? is required|Needs (exactly one of|either a|a department)"
    ),
    "holds a number against what a question gives": (
        r"(points|grade|weight|max_grade): must be (between|more than) 0 and|has two decimals"
    ),
}
_ENDING = {f"/files/{way}/{end}" for way in ("presign-upload/multipart", "multipart") for end in ("abort", "complete")}
_WRONG_TYPE = re.compile(r"in body - (\S+): Incorrect type")
_RULE = re.compile("|".join(f"(?:{pattern})" for pattern in _RULES.values()))


def is_accepted(failure: Any, case: Any, response: Any) -> bool:
    kind = type(failure).__name__
    if kind == "RejectedPositiveData":
        return _is_rule(response) or _is_another_use_of_a_key(response)
    if kind == "AcceptedNegativeData":
        return _is_read_leniently(failure, case) or _is_valid(case, response)
    # A POST ends an upload in parts, which schemathesis expects of DELETE alone.
    return kind == "EnsureResourceAvailability" and case.path in _ENDING


def _is_rule(response: Any) -> bool:
    if response.status_code != 400:
        return False
    if not response.content:
        return response.request.method == "HEAD"  # which is told nothing of what its GET is told
    problem = response.json()
    told = [f"{each['field']}: {_english(each['message'], each)}" for each in problem.get("errors", ())]
    told = told or [_english(problem["text"], {})]
    return all(_RULE.search(message) for message in told)


def _english(message: str, parameters: Mapping[str, Any]) -> str:
    """What was said in the language of a profile, which the fuzz may change."""
    template = next((template for russian, template in _russian() if russian.fullmatch(message)), None)
    return template.format_map(defaultdict(str, parameters)) if template else message


@cache
def _russian() -> list[tuple[re.Pattern[str], str]]:
    return [
        (re.compile(re.sub(r"\\\{\w+\\\}", ".+", re.escape(form)), re.DOTALL), template)
        for template, message in messages("ru").items()
        for form in ([message.string] if isinstance(message.string, str) else message.string)
        if re.search("[а-я]", form)  # what is of members and punctuation alone would match any sentence
    ]


def _is_another_use_of_a_key(response: Any) -> bool:
    """The fuzz sends one `Idempotency-Key` with many bodies; 422 is what the specification asks for."""
    return response.status_code == 422 and response.json()["code"] == "key_used_for_another_call"


def _is_read_leniently(failure: Any, case: Any) -> bool:
    """Bodies are read as forms are: a number or a truth value may come as a string, a truth value as 0 or 1.

    Frontends in use send what stands in their input fields.
    """
    blamed = _WRONG_TYPE.findall(str(failure.message))
    return bool(blamed) and all(isinstance(_member(case.body, path), str | int | float) for path in blamed)


def _is_valid(case: Any, response: Any) -> bool:
    """Where one of two members is enough, schemathesis takes what has the other for wrong."""
    if response.request.headers.get("content-type") != "application/json":
        return False
    place = f"#/paths/{case.path.replace('/', '~1')}/{case.method.lower()}/requestBody/content/application~1json/schema"
    validator = jsonschema_rs.validator_for({**case.operation.schema.raw_schema, "$ref": place})
    return bool(validator.is_valid(json.loads(response.request.body)))


def _member(body: Any, path: str) -> Any:
    for name in path.split("."):
        body = body.get(name) if isinstance(body, dict) else None
    return body

"""Rosters of schools: kinds of rows that come from them alone, and what is here already."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace

from atg_core.identity.model import Origin
from atg_core.importing.catalog import COURSES
from atg_core.importing.cells import email, instant, text
from atg_core.importing.declarations import CODE, SOURCED_ID, column, refers
from atg_core.importing.export import ExportReader
from atg_core.importing.identity import USERS
from atg_core.importing.model import Kind
from atg_core.text import fold

_KEPT = {"role", "department"}
PEOPLE = replace(
    USERS,
    name="people-of-rosters",
    columns=tuple(
        replace(each, kept_when_empty=each.header in _KEPT or each.kept_when_empty) for each in USERS.columns
    ),
)
"""Users; a delta repeats neither a role nor the organisation of a department."""
CONTACTS = Kind(
    name="contacts-of-rosters",
    table="user_profiles",
    key=("id",),
    references=(refers("username", "users", "id"),),
    columns=(column("email", email, required=True, folded=True),),
)
"""Emails that several people share: for each but one they are in the profile alone."""
KINDS_OF_ROSTERS = (PEOPLE, CONTACTS)

_ACCOUNTS = replace(
    USERS,
    references=(),
    columns=(
        column("username", CODE),
        column("email", text()),
        column("origin", text()),
        column("email_verified_at", instant),
        column("sourced_id", SOURCED_ID, in_profile=True),
    ),
)
_COURSES = replace(COURSES, references=(), columns=(column("code", CODE),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Who and what is here. `emails`: who signs in with an email, by folded email."""

    usernames: Set[str] = frozenset()
    username_of: Mapping[str, str] = field(default_factory=dict)
    emails: Mapping[str, str] = field(default_factory=dict)
    courses: Set[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListKnown:
    """Reads who and what is here, for rosters that do not repeat it."""

    export_reader: ExportReader

    async def __call__(self) -> Known:
        usernames, courses = set[str](), set[str]()
        username_of, emails = dict[str, str](), dict[str, str]()
        async for people in self.export_reader.records(_ACCOUNTS):
            for person in people:
                name = person["username"]
                usernames.add(name)
                if person["sourced_id"]:
                    username_of[person["sourced_id"]] = name
                # An import takes an email from whoever has not verified it.
                if person["email"] and (person["origin"] != Origin.SELF or person["email_verified_at"]):
                    emails[fold(person["email"])] = name
        async for some in self.export_reader.records(_COURSES):
            courses |= {course["code"] for course in some if course["code"]}
        return Known(usernames=usernames, username_of=username_of, emails=emails, courses=courses)

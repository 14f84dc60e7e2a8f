"""The callers' accounts and tokens."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import httpx

from atg_core.identity.model import Role, Session, User
from atg_entrypoints.container import Container
from tests.authorisation.marks import OF_ANOTHER
from tests.classroom import Person
from tests.contracts.identity.store import session_of
from tests.contracts.shop.bot import SERVICE
from tests.people import account

ROLES = {
    "user": Role.USER,
    "student": Role.STUDENT,
    "classmate": Role.STUDENT,
    "outsider": Role.STUDENT,
    "instructor": Role.INSTRUCTOR,
    "training": Role.TRAINING,
    "shop": Role.SHOP,
    "marketing": Role.MARKETING,
    "support": Role.SUPPORT,
    "teacher": Role.TEACHER,
    "colleague": Role.TEACHER,
    "admin": Role.ADMIN,
    "another": Role.INSTRUCTOR,
    "person": Role.USER,
    "promoted": Role.STUDENT,
    "retired": Role.TEACHER,
    "demoted": Role.ADMIN,
}
NEW_ROLES = {"promoted": Role.TEACHER, "retired": Role.STUDENT, "demoted": Role.USER}
"""`another` has what is foreign to every caller, and `person` is somebody to administer; they do not call."""


@dataclass(frozen=True, kw_only=True)
class People:
    """`sessions`: a second one of each, beside that with which they call; `headers`: how each of the callers calls."""

    persons: Mapping[str, Person]
    users: Mapping[str, User]
    sessions: Mapping[str, Session]
    headers: Mapping[str, Mapping[str, str]]


async def gather(container: Container, client: httpx.AsyncClient) -> People:
    now = container.clock()()
    persons, users, sessions, headers = {}, {}, {}, {"nobody": {}, "service": {"Authorization": f"Bearer {SERVICE}"}}
    for name, role in ROLES.items():
        made = account(f"the-{name}", role=role, full_name=name.title(), created_at=now, updated_at=now)
        agent = OF_ANOTHER if name == "another" else "tests"
        first, second = (
            session_of(
                made.user.id,
                user_agent=agent,
                created_at=now,
                last_activity=now,
                expires_at=now + container.session_lifetime().idle,
            )
            for _ in range(2)
        )
        async with container.open_identity()() as store:
            await store.add_account(made)
            await store.add_session(first)
            await store.add_session(second)
        token = container.tokens().access(made.user, first, now).text
        persons[name] = Person(id=made.user.id, client=client, token=token)
        users[name], sessions[name] = made.user, second
        headers[name] = {"Authorization": f"Bearer {token}"}
    return People(persons=persons, users=users, sessions=sessions, headers=headers)


async def change_roles(container: Container, people: People) -> None:
    """Those with a former role get their new one, and go on calling with the token that tells of the former.

    Not by an administrator, whose word would end their sessions.
    """
    for name, role in NEW_ROLES.items():
        person = people.persons[name].id
        async with container.open_identity()() as store:
            await store.save_user(replace(await store.lock_user(person), role=role))
        await container.caller_cache().drop(person)

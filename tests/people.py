"""Accounts and sessions for tests."""

from dataclasses import asdict
from uuid import UUID, uuid4

import httpx

from atg_core.clock import utc_now
from atg_core.identity.model import Account, Origin, Profile, Role, Session, User
from atg_core.identity.refresh_tokens import Rotation
from atg_entrypoints.container import Container

PASSWORD = "correct horse battery"
CHEAP_KIBIBYTES = 8
"""Memory of the hashes that are computed in the process of the tests: the least that argon2 takes."""
# The argon2id hash of PASSWORD with CHEAP_KIBIBYTES, so that not every test has to compute one.
PASSWORD_HASH = "$argon2id$v=19$m=8,t=2,p=1$7NEnuZDR47nR6MakNmu3wA$3x/jrylo2wcrYBJ/J7pfI7vrstOWgBOxlY92jT3tSOQ"


def account(username: str = "anna", **changes: object) -> Account:
    """An account whose password is PASSWORD; `changes` are the user's fields."""
    user_id, now = uuid4(), utc_now()
    fields = {
        "id": user_id,
        "username": username,
        "password_hash": PASSWORD_HASH,
        "full_name": "Анна Ким",
        "email": f"{username}@example.com",
        "role": Role.USER,
        "is_active": True,
        "origin": Origin.ADMIN,
        "created_at": now,
        "updated_at": now,
        **changes,
    }
    return Account(
        user=User(**fields),  # type: ignore[arg-type]
        profile=Profile(id=user_id, full_name="Анна Ким", created_at=now, updated_at=now),
    )


async def add_person(container: Container, username: str = "anna", **changes: object) -> UUID:
    person = account(username, **changes)
    async with container.open_identity()() as store:
        await store.add_account(person)
    return person.user.id


async def sign_in(client: httpx.AsyncClient, container: Container, username: str = "anna", **changes: object) -> str:
    """Makes a person with a session; gives the access token and sends it with every request from then on.

    Without the password, whose checking takes longer than most tests.
    """
    person = account(username, **changes)
    async with container.open_identity()() as store:
        await store.add_account(person)
    token = await begin_session(container, person.user)
    client.headers["authorization"] = f"Bearer {token}"
    return token


async def begin_session(container: Container, user: User) -> str:
    """The access token of a new session."""
    now, lifetime = container.clock()(), container.session_lifetime()
    session = Session(
        id=uuid4(),
        user_id=user.id,
        expires_at=now + lifetime.idle,
        created_at=now,
        last_activity=now,
        ip_address="192.0.2.7",
        user_agent="tests",
        salt=b"s" * 16,
        **asdict(Rotation.begin(now)),
    )
    async with container.open_identity()() as store:
        await store.add_session(session)
    token: str = container.tokens().access(user, session, now).text
    return token

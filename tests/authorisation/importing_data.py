"""Imports that were ordered."""

from dataclasses import replace
from uuid import UUID

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.authorisation.people import People
from tests.contracts.importing.ordered import an_admin, applied, as_csv, checked


async def orders(container: Container, people: People) -> dict[str, str]:
    """One that waits to be applied, one that can be undone, one of a kind that only administrators import, and one
    that the training department has uploaded."""
    somebody = await an_admin(container, "who-imports")
    training = replace(somebody, id=UUID(str(people.persons["training"].id)), role=Role.TRAINING)
    rows = {name: as_csv([{"username": name, "full_name": name}]) for name in ("applied", "waiting", "own")}
    done = await applied(container, somebody, "users", rows["applied"])
    waiting = await checked(container, somebody, "users", rows["waiting"])
    other = await checked(container, somebody, "stations", as_csv([{"short_name": "W", "name": "Waiting"}]))
    own = await checked(container, training, "users", rows["own"])
    return {
        "applied_import": str(done.id),
        "checked_import": str(waiting.id),
        "other_import": str(other.id),
        "training_import": str(own.id),
    }

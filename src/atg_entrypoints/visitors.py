"""A caller, as the rules of files see them."""

from atg_core.files.model import Visitor
from atg_core.identity.model import Caller, Role


def visitor_of(caller: Caller | None) -> Visitor | None:
    """None for who is not signed in."""
    if caller is None:
        return None
    return Visitor(
        id=caller.id,
        author=caller.role in {Role.ADMIN, Role.INSTRUCTOR},
        admin=caller.role is Role.ADMIN,
        teacher=caller.role is Role.TEACHER,
    )

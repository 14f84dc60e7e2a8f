"""A caller as the principal of the permission rules of files."""

from atg_core.files.model import Principal
from atg_core.identity.model import Caller, Role


def principal_of(caller: Caller | None) -> Principal | None:
    """None if not signed in."""
    if caller is None:
        return None
    return Principal(
        id=caller.id,
        author=caller.role in {Role.ADMIN, Role.INSTRUCTOR},
        admin=caller.role is Role.ADMIN,
        teacher=caller.role is Role.TEACHER,
        reviewer=caller.role is Role.TRAINING,
        seller=caller.role is Role.SHOP,
    )

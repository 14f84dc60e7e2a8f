"""Groups of the demo that students are still coming into: open invitations, and a code to join by."""

from collections.abc import Sequence

import msgspec

from atg_core.schedule.model import Viewer
from atg_entrypoints.container import Container


class Invited(msgspec.Struct):
    """Into the group of this name of that teacher, which gets a code, too."""

    teacher: str
    group: str
    emails: list[str]


async def play_invitations(container: Container, played: Sequence[Invited]) -> None:
    invite, codes = container.add_group_students(), container.edit_join_codes()
    for each in played:
        account = await container.callers().find_account(each.teacher)
        if account is None:
            raise LookupError(each.teacher)
        viewer = Viewer(id=account.user.id)
        [group], _ = await container.schedule_queries().groups(viewer, each.group, limit=1, offset=0)
        await invite(viewer, group.id, [], each.emails)
        await codes.renew(viewer, group.id)

"""Invitations into groups that wait for an answer, as several pages show them."""

from collections.abc import Sequence
from typing import Any

from litestar import Request

from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims
from atg_entrypoints.http.schedule.invitations import confirmed_email
from atg_entrypoints.http.schedule.invitations_wire import ReceivedInvitationRow

_MOST = 20


async def waiting_invitations(request: Request[Caller, AccessClaims, Any]) -> Sequence[ReceivedInvitationRow]:
    """Those to the caller's confirmed email, newest first; none where the process does not serve the schedule."""
    container, email = request.app.state["container"], confirmed_email(request.user)
    if email is None or "schedule" not in container.settings().contexts:
        return []
    found, _ = await container.invitation_queries().received(email, container.clock()(), limit=_MOST, offset=0)
    return [ReceivedInvitationRow.of(each) for each in found]

"""The JSON of invitations and join codes."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from atg_core.schedule.invitation_emails import plain_name
from atg_core.schedule.invitations import InvitationResult, ReceivedInvitation
from atg_core.schedule.join_codes import JOIN_CODE_LENGTH
from atg_entrypoints.http.wire import NAME, NO_NUL, TRIMMED, Instant, to_wire

type LinkToken = Annotated[str, Meta(max_length=200)]


class InvitationRow(Struct, frozen=True, kw_only=True):
    """An open invitation as its teacher sees it: the email and nothing else of the invited."""

    id: UUID
    email: str
    created_at: Instant
    expires_at: Instant


class ReceivedInvitationRow(Struct, frozen=True, kw_only=True):
    """An open invitation as the invited sees it."""

    id: UUID
    group_name: str
    teacher_name: str
    created_at: Instant
    expires_at: Instant

    @classmethod
    def of(cls, invitation: ReceivedInvitation) -> "ReceivedInvitationRow":
        return cls(
            id=invitation.id,
            group_name=plain_name(invitation.group_name),
            teacher_name=plain_name(invitation.teacher_name),
            created_at=to_wire(invitation.created_at, Instant),
            expires_at=to_wire(invitation.expires_at, Instant),
        )


class EmailResult(Struct, frozen=True, kw_only=True):
    """`invited` tells nothing of whether the email has an account."""

    email: str
    result: InvitationResult

    @classmethod
    def of_all(cls, results: Mapping[str, InvitationResult]) -> "list[EmailResult]":
        return [cls(email=email, result=result) for email, result in results.items()]


class InvitationAnswer(Struct, frozen=True, kw_only=True):
    """`token`: of the mailed link, for who is not signed in with the invited email.

    `password`, `full_name`: of the account that is opened where there is none.
    """

    token: LinkToken | None = None
    password: Annotated[str, Meta(max_length=128)] | None = None
    full_name: Annotated[str, Meta(max_length=255, pattern=NAME)] | None = None


class InvitationForm(Struct, frozen=True, kw_only=True):
    """What the page of the mailed link sends. `answer`: accept or decline."""

    token: LinkToken = ""
    answer: Annotated[str, Meta(max_length=10)] = "accept"
    password: Annotated[str, Meta(max_length=1024)] = ""
    full_name: Annotated[str, Meta(max_length=255, pattern=NAME)] = ""


class JoinCode(Struct, frozen=True, kw_only=True):
    """8 letters and digits, without 0 O 1 I."""

    code: str


class JoinRequest(Struct, frozen=True, kw_only=True):
    """Lower case, spaces and hyphens are understood."""

    code: Annotated[
        str, Meta(min_length=JOIN_CODE_LENGTH, max_length=20, pattern=NO_NUL, extra=TRIMMED, examples=["K7MPW3XA"])
    ]


class JoinedGroup(Struct, frozen=True, kw_only=True):
    """The group that one is in now."""

    id: int
    name: str
    teacher_id: UUID

"""Audit events, recorded in the transaction of the change."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Action(StrEnum):
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    SESSION_REVOKED = "session_revoked"
    ALL_SESSIONS_REVOKED = "all_sessions_revoked"
    REUSE_DETECTED = "reuse_detected"
    USER_CREATED = "user_created"
    ACCOUNT_TAKEN_OVER = "account_taken_over"
    USER_CHANGED = "user_changed"
    ROLE_CHANGED = "role_changed"
    USER_DEACTIVATED = "user_deactivated"
    CERTIFICATE_REVOKED = "certificate_revoked"
    CERTIFICATE_REISSUED = "certificate_reissued"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of an action
    PASSWORD_RESET_ASKED = "password_reset_asked"  # noqa: S105 - the same
    PASSWORD_RESET = "password_reset"  # noqa: S105 - the same
    EMAIL_CHANGE_ASKED = "email_change_asked"
    EMAIL_CHANGED = "email_changed"
    EMAIL_CONFIRMED = "email_confirmed"
    SESSION_DENIED = "session_denied"
    OAUTH_LINKED = "oauth_linked"
    OAUTH_REFUSED = "oauth_refused"
    SECOND_FACTOR_SET_UP = "second_factor_set_up"
    SECOND_FACTOR_REMOVED = "second_factor_removed"
    SECOND_FACTOR_FAILED = "second_factor_failed"
    RECOVERY_CODE_USED = "recovery_code_used"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """`actor_id`: who acted, None if unknown; `user_id`: the user concerned; `session_id`: the session concerned.

    `source`: the command or file that acted, if it was no request.
    """

    id: UUID
    at: datetime
    action: Action
    actor_id: UUID | None
    user_id: UUID | None
    session_id: UUID | None = None
    ip_address: str | None = None
    user_agent: str | None = None
    source: str | None = None

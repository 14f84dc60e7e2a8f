"""What is written down of who did what, in the same transaction as the deed."""

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
    USER_CHANGED = "user_changed"
    ROLE_CHANGED = "role_changed"
    USER_DEACTIVATED = "user_deactivated"
    CERTIFICATE_REVOKED = "certificate_revoked"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of an action
    PASSWORD_RESET_ASKED = "password_reset_asked"  # noqa: S105 - the same
    PASSWORD_RESET = "password_reset"  # noqa: S105 - the same
    EMAIL_CHANGE_ASKED = "email_change_asked"
    EMAIL_CHANGED = "email_changed"
    EMAIL_CONFIRMED = "email_confirmed"
    SESSION_DENIED = "session_denied"
    OAUTH_LINKED = "oauth_linked"
    OAUTH_REFUSED = "oauth_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """`actor_id`: who did it, None for somebody unknown; `user_id`: whom it concerns; `session_id`: which session."""

    id: UUID
    at: datetime
    action: Action
    actor_id: UUID | None
    user_id: UUID | None
    session_id: UUID | None = None
    ip_address: str | None = None
    user_agent: str | None = None

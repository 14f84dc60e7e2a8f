"""Words for what the audit log tells."""

from collections.abc import Mapping

from atg_core.identity.audit import Action
from atg_core.words import phrase

ACTIONS: Mapping[Action, str] = {
    Action.SIGNED_IN: phrase("Signed in"),
    Action.SIGN_IN_FAILED: phrase("A sign-in failed"),
    Action.SIGNED_OUT: phrase("Signed out"),
    Action.SESSION_REVOKED: phrase("A session was ended"),
    Action.ALL_SESSIONS_REVOKED: phrase("All sessions were ended"),
    Action.REUSE_DETECTED: phrase("A token was used twice"),
    Action.USER_CREATED: phrase("An account was made"),
    Action.ACCOUNT_TAKEN_OVER: phrase("An account was taken over by its owner"),
    Action.USER_CHANGED: phrase("An account was changed"),
    Action.ROLE_CHANGED: phrase("Another role was given"),
    Action.USER_DEACTIVATED: phrase("An account was deactivated"),
    Action.CERTIFICATE_REVOKED: phrase("A certificate was revoked"),
    Action.CERTIFICATE_REISSUED: phrase("A certificate was issued anew"),
    Action.PASSWORD_CHANGED: phrase("The password was changed"),
    Action.PASSWORD_RESET_ASKED: phrase("A link to set a password was sent"),
    Action.PASSWORD_RESET: phrase("The password was set by a link"),
    Action.EMAIL_CHANGE_ASKED: phrase("Another email was asked for"),
    Action.EMAIL_CHANGED: phrase("The email was changed"),
    Action.EMAIL_CONFIRMED: phrase("The email was confirmed"),
    Action.SESSION_DENIED: phrase("A sign-in was reported as that of somebody else"),
    Action.OAUTH_LINKED: phrase("An account at a provider was linked"),
    Action.OAUTH_REFUSED: phrase("A sign-in by a provider was refused"),
    Action.SECOND_FACTOR_SET_UP: phrase("A second factor was set up"),
    Action.SECOND_FACTOR_REMOVED: phrase("The second factor was removed"),
    Action.SECOND_FACTOR_FAILED: phrase("A code of the second factor was wrong"),
    Action.RECOVERY_CODE_USED: phrase("A recovery code was used"),
}

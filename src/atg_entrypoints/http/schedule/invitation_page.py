"""The page of the link in the mail of an invitation."""

from html import escape

from litestar import Response

from atg_core.schedule.invitation_emails import plain_name
from atg_core.schedule.invitations import ReceivedInvitation
from atg_entrypoints.http.pages import PageWords, page

_FORM = """<p>{invites}</p>
{told}<form method="post" action="/invitations/answer">
<input type="hidden" name="token" value="{token}">
<input type="hidden" name="answer" value="accept">
{account}<button>{accept}</button>
</form>
<form method="post" action="/invitations/answer">
<input type="hidden" name="token" value="{token}">
<input type="hidden" name="answer" value="decline">
<button>{decline}</button>
</form>"""
_ACCOUNT = """<p>{new_account}</p>
<label>{full_name}<input type="text" name="full_name" maxlength="255" autocomplete="name">
</label>
<label>{password}
<input type="password" name="password" minlength="8" maxlength="128" required autocomplete="new-password">
</label>
"""


def invitation_page(
    translate: PageWords, invitation: ReceivedInvitation, token: str, *, needs_password: bool, weak: bool = False
) -> Response[str]:
    teacher, group = plain_name(invitation.teacher_name), plain_name(invitation.group_name)
    wrong = translate("This password is too short or too easy to guess, choose another one.") if weak else ""
    form = _FORM.format(
        invites=_invites(translate, teacher or translate("A teacher"), group),
        told=f'<p role="alert">{wrong}</p>\n' if wrong else "",
        account=_account(translate, invitation.email) if needs_password else "",
        token=escape(token),
        accept=translate("Accept"),
        decline=translate("Decline"),
    )
    return page(translate, translate("An invitation to a group"), form, status=400 if weak else 200)


def _invites(translate: PageWords, teacher: str, group: str) -> str:
    if group:
        return translate("{teacher} invites you to the group “{group}”.", teacher=teacher, group=group)
    return translate("{teacher} invites you to a group.", teacher=teacher)


def _account(translate: PageWords, email: str) -> str:
    return _ACCOUNT.format(
        new_account=translate("{email}: a student's account with this address is opened when you accept.", email=email),
        full_name=translate("Name"),
        password=translate("Password, 8 characters or more"),
    )


def answered_page(translate: PageWords, *, accepted: bool) -> Response[str]:
    if accepted:
        text = translate("The invitation is accepted, your address is confirmed. Sign in to see the group.")
        return page(translate, translate("You are in the group"), f"<p>{text}</p>")
    text = translate("The invitation is closed, and you are not in the group.")
    return page(translate, translate("You have declined"), f"<p>{text}</p>")


def dead_page(translate: PageWords) -> Response[str]:
    text = translate("It was answered already, it was withdrawn, or it is too old.")
    return page(translate, translate("This invitation does not work"), f"<p>{text}</p>", status=404)

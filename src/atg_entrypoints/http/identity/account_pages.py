"""HTML pages behind the links in emails, for use without a frontend."""

from enum import Enum
from html import escape

from litestar import Response

from atg_core.words import phrase
from atg_entrypoints.http.pages import PageWords, page

_RESET_FORM = """<form method="post" action="/auth/password/reset/form">
<input type="hidden" name="token" value="{token}">
<label>{label}<input type="password" name="new" minlength="8" maxlength="128" required autocomplete="new-password">
</label>
<button>{button}</button>
</form>"""
_REVOKE_FORM = """<form method="post" action="/auth/sessions/revoke">
<input type="hidden" name="token" value="{token}">
<button>{button}</button>
</form>"""

_CONFIRM_FORM = """<form method="post" action="/auth/email/confirm">
<input type="hidden" name="token" value="{token}">
<button>{button}</button>
</form>"""

_WEAK = phrase("This password is too short or too easy to guess, choose another one.")


class Outcome(Enum):
    """What a page says of what was done: its title and its text."""

    CONFIRM = phrase("The address is confirmed"), phrase("You can close this page now.")
    RESET = (
        phrase("The password is changed"),
        phrase("All sessions have ended. Sign in with the new password."),
    )
    REVOKE = (
        phrase("The session has ended"),
        phrase("Change your password: a link for that was sent to your mailbox."),
    )


def reset_page(translate: PageWords, token: str, *, weak: bool = False) -> Response[str]:
    label, button = translate("New password, 8 characters or more"), translate("Save")
    form = _RESET_FORM.format(token=escape(token), label=label, button=button)
    told = f'<p role="alert">{translate(_WEAK)}</p>\n' if weak else ""
    return page(translate, translate("A new password"), told + form, status=400 if weak else 200)


def revoke_page(translate: PageWords, token: str) -> Response[str]:
    form = _REVOKE_FORM.format(token=escape(token), button=translate("End this session"))
    text = translate("The session that the mail tells of will end, and a link for a new password is mailed to you.")
    return page(translate, translate("Was it not you?"), f"<p>{text}</p>\n{form}")


def confirm_page(translate: PageWords, token: str, email: str) -> Response[str]:
    form = _CONFIRM_FORM.format(token=escape(token), button=translate("Confirm"))
    asked = translate("Is {email} your address?", email=email)
    return page(translate, translate("Confirm your email"), f"<p>{asked}</p>\n{form}")


def email_taken_page(translate: PageWords) -> Response[str]:
    text = translate("There is another account with this address. Choose a different address.")
    return page(translate, translate("This address is taken"), f"<p>{text}</p>", status=409)


def done_page(translate: PageWords, outcome: Outcome) -> Response[str]:
    title, text = outcome.value
    return page(translate, translate(title), f"<p>{translate(text)}</p>")


def invalid_link_page(translate: PageWords) -> Response[str]:
    text = translate("It was used already, or it is too old. Ask for a new one.")
    return page(translate, translate("This link does not work"), f"<p>{text}</p>", status=404)

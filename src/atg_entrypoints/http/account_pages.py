"""Pages behind the links in mails, for whoever has no frontend: one form each, and what came of it."""

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from html import escape

from litestar import Response

from atg_core.mailing.model import Language

_STYLE = (
    "body{font:1.1rem/1.5 sans-serif;max-width:30rem;margin:4rem auto;padding:0 1rem;color:#1d2733}"
    "input,button{font:inherit;box-sizing:border-box;width:100%;padding:.6rem;margin:.4rem 0 1rem}"
    "button{background:#184e8e;color:#fff;border:0;border-radius:6px}"
    "[role=alert]{color:#a11}"
)
_STYLE_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()
# A token in the address must not get into caches, nor be told to where a link leads.
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
}
_PAGE = """<!doctype html>
<html lang="{language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
<h1>{title}</h1>
{content}
</html>
"""
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

_RU = {
    "reset": "Новый пароль",
    "reset_label": "Новый пароль, не короче 8 символов",
    "reset_button": "Сохранить",
    "reset_done": "Пароль изменён",
    "reset_done_text": "Все сеансы завершены. Войдите с новым паролем.",
    "weak": "Этот пароль слишком короткий или слишком простой, выберите другой.",
    "revoke": "Это были не вы?",
    "revoke_text": "Вход, о котором сообщает письмо, будет завершён, а на вашу почту придёт ссылка для смены пароля.",
    "revoke_button": "Завершить этот сеанс",
    "revoke_done": "Сеанс завершён",
    "revoke_done_text": "Смените пароль: ссылка для этого отправлена на вашу почту.",
    "dead": "Ссылка не действует",
    "dead_text": "Она уже использована, или срок её действия истёк. Запросите новую.",
}
_EN = {
    "reset": "A new password",
    "reset_label": "New password, 8 characters or more",
    "reset_button": "Save",
    "reset_done": "The password is changed",
    "reset_done_text": "All sessions have ended. Sign in with the new password.",
    "weak": "This password is too short or too easy to guess, choose another one.",
    "revoke": "Was it not you?",
    "revoke_text": "The session that the mail tells of will end, and a link for a new password is mailed to you.",
    "revoke_button": "End this session",
    "revoke_done": "The session has ended",
    "revoke_done_text": "Change your password: a link for that was sent to your mailbox.",
    "dead": "This link does not work",
    "dead_text": "It was used already, or it is too old. Ask for a new one.",
}
_WORDS: Mapping[Language, Mapping[str, str]] = {Language.RU: _RU, Language.EN: _EN}


def reset_page(language: Language, token: str, *, weak: bool = False) -> Response[str]:
    words = _WORDS[language]
    form = _RESET_FORM.format(token=escape(token), label=words["reset_label"], button=words["reset_button"])
    told = f'<p role="alert">{words["weak"]}</p>\n' if weak else ""
    return _page(language, words["reset"], told + form, status=400 if weak else 200)


def revoke_page(language: Language, token: str) -> Response[str]:
    words = _WORDS[language]
    form = _REVOKE_FORM.format(token=escape(token), button=words["revoke_button"])
    return _page(language, words["revoke"], f"<p>{words['revoke_text']}</p>\n{form}")


def done_page(language: Language, what: str) -> Response[str]:
    """`what`: reset or revoke."""
    words = _WORDS[language]
    return _page(language, words[f"{what}_done"], f"<p>{words[f'{what}_done_text']}</p>")


def dead_page(language: Language) -> Response[str]:
    words = _WORDS[language]
    return _page(language, words["dead"], f"<p>{words['dead_text']}</p>", status=404)


def _page(language: Language, title: str, content: str, *, status: int = 200) -> Response[str]:
    page = _PAGE.format(language=language, title=title, style=_STYLE, content=content)
    return Response(page, status_code=status, media_type="text/html", headers=HEADERS)

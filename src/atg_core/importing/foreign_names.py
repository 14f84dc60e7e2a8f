"""The names that columns have in lists of Moodle and Canvas, and in Russian; see docs/import.md."""

import re
from collections.abc import Mapping, Sequence

from atg_core.identity.accounts import USERNAME_LENGTH
from atg_core.importing.cells import fitted, joined
from atg_core.importing.headings import Derived, ForeignNames

_YES, _NO = {"1", "true", "yes", "да"}, {"", "0", "false", "no", "нет"}
_ACTIVE, _INACTIVE = {"active", "активен", "работает"}, {"inactive", "suspended", "deleted", "уволен"}


def _full_name(parts: Sequence[str]) -> str:
    return " ".join(filter(None, parts))


def _username(parts: Sequence[str]) -> str:
    return fitted(parts[0].lower(), USERNAME_LENGTH)


def _unless(parts: Sequence[str]) -> str:
    """Active unless suspended or deleted."""
    words = [part.lower() for part in parts]
    if strange := [word for word in words if word not in _YES | _NO]:
        raise ValueError(f"is neither 1 nor 0: {strange[0]}")
    return "false" if any(word in _YES for word in words) else "true"


def _status(parts: Sequence[str]) -> str:
    word = parts[0].lower()
    if word and word not in _ACTIVE | _INACTIVE:
        raise ValueError(f"is none of active, suspended, deleted: {word}")
    return "false" if word in _INACTIVE else "true"


def _options(parts: Sequence[str]) -> str:
    filled = [number for number, part in enumerate(parts, start=1) if part]
    if filled != list(range(1, len(filled) + 1)):
        raise ValueError("has an empty option before another one")
    return joined(parts[: len(filled)])


_OPTION = ("option", "choice", "answer", "variant", "вариант", "вариант ответа", "ответ")
_CORRECT = ("correct option", "correct answer", "right answer", "правильный", "правильный ответ", "верный ответ")
_LOGIN = ("login", "login id", "user name", "логин", "имя пользователя", "учётная запись", "имя входа")
_EMAIL = (
    *("e-mail", "mail", "email address", "e-mail address", "почта", "эл. почта", "электронная почта"),
    *("адрес электронной почты", "электронный адрес", "адрес эл. почты"),
)

USERS = ForeignNames(
    others={
        "username": _LOGIN,
        "email": _EMAIL,
        "full_name": (
            *("name", "display name", "ФИО", "Ф.И.О.", "фамилия имя отчество", "фамилия, имя, отчество"),
            *("полное имя", "фамилия и имя", "имя и фамилия", "сотрудник", "ФИО сотрудника"),
        ),
        "department": ("подразделение", "отдел", "структурное подразделение", "department name"),
        "position": ("должность", "job title"),
        "employee_id": (
            *("табельный номер", "таб. номер", "табельный №", "таб. №", "табельный", "таб. н."),
            *("idnumber", "id number", "employee number", "personnel number"),
        ),
        "phone": ("phone1", "phone number", "mobile", "mobile phone", "телефон", "тел.", "мобильный телефон"),
        "company": ("institution", "organisation", "organization", "организация", "компания", "предприятие"),
        "language": ("lang", "язык"),
        "role": ("роль",),
        "password": ("пароль",),
        "station": ("станция",),
        "is_active": ("active", "enabled", "активен"),
        "sourced_id": ("sourcedId", "user_id", "sis_id"),
    },
    derived=(
        Derived(
            header="full_name",
            parts=(
                ("lastname", "last name", "surname", "family name", "familyname", "фамилия"),
                ("firstname", "first name", "given name", "givenname", "имя"),
                ("middlename", "middle name", "patronymic", "отчество"),
            ),
            make=_full_name,
            what="together, in this order",
        ),
        Derived(
            header="is_active", parts=(("suspended",), ("deleted",)), make=_unless, what="`false` if one of them is 1"
        ),
        Derived(
            header="is_active",
            parts=(("status", "статус"),),
            make=_status,
            what="`active`, or `suspended`, `deleted`, `inactive`",
        ),
        Derived(
            header="username",
            parts=(("email", *_EMAIL),),
            make=_username,
            what="in files without usernames; an address of more than 50 characters is cut, with a digest",
            replaces=True,
        ),
    ),
    left_out=re.compile(
        # Numbers of rows; Moodle: how people sign in, courses, cohorts, preferences; Canvas: further ids and names.
        r"no|no п п|п п|auth|(?:course|role|cohort|type|group|enrolperiod|enrolstatus|enroltimestart|sysrole|category"
        r"role)[0-9]+|profile field .*|city|country|timezone|maildisplay|mailformat|maildigest|autosubscribe|htmleditor"
        r"|ajax|theme|description|url|icq|skype|yahoo|aim|msn|phone2|address|calendartype|interests|imagealt|"
        r"(?:last|first)namephonetic|alternatename|mnethostid|trackforums|emailstop|"
        r"integration id|authentication provider id|short name|sortable name|declared user type|canvas user id|pronouns"
        r"|last access.*|last downloaded from this course|groups|roles|created by sis|homeroom account|canvas parent id"
        r"|root account|avatar url"
    ),
)
_EACH = "a column for each option; `correct` has their numbers"
_QUESTIONS = {
    "text": ("question", "question text", "вопрос", "текст вопроса"),
    "position": ("number", "номер", "№"),
    "points": ("баллы",),
    "correct": _CORRECT,
}
FOREIGN_NAMES: Mapping[str, ForeignNames] = {
    "users": USERS,
    "enrollments": ForeignNames(others={"username": _LOGIN, "course": ("курс",), "due_at": ("срок",)}),
    "questions": ForeignNames(
        others={
            **_QUESTIONS,
            "test": ("тест",),
            "bank": ("банк", "банк вопросов"),
            "category": ("категория", "тема"),
            "tags": ("метки", "теги"),
            "options": ("варианты", "варианты ответов"),
        },
        derived=(Derived(header="options", parts=(_OPTION,), make=_options, what=_EACH, numbered=True),),
    ),
    "homework-questions": ForeignNames(
        others={**_QUESTIONS, "choices": ("options", "варианты", "варианты ответов")},
        derived=(Derived(header="choices", parts=(_OPTION,), make=_options, what=_EACH, numbered=True),),
    ),
    "promo-codes": ForeignNames(others={"code": ("промокод", "код"), "discount_percent": ("скидка", "discount")}),
}
"""By kind; a kind that is not here has its own names alone."""


def foreign_names(kind: str) -> ForeignNames:
    return FOREIGN_NAMES.get(kind, ForeignNames())

"""Kinds of callers, and the expected answers of routes by kind.

An object has one owner, so own and foreign are told by who asks: to a group of the `teacher`'s the `colleague` is a
stranger, though of the same role; to what the `student` has handed in the `classmate` is one, and the `outsider`, who
is in the colleague's group, all the more. Where everybody has an object of their own the table has two lines:
`{my_session}` is the caller's, `{session}` that of `another`, who does not call.
"""

from collections.abc import Mapping

STEADY = (
    "nobody",
    "user",
    "student",
    "classmate",
    "outsider",
    "instructor",
    "training",
    "shop",
    "marketing",
    "support",
    "teacher",
    "colleague",
    "admin",
    "service",
    "customer",
    "shopper",
)
"""`service` has one of ATG_SERVICE_TOKENS; `customer` and `shopper` have tokens of the shop, in which everything is the
customer's; all others but `nobody` have signed in. `user` and `instructor` are in no group."""

FORMER = ("promoted", "retired", "demoted")
"""Who had another role before: a student of the group who became a teacher, a teacher who became a student, and an
administrator who became a user."""

CALLERS = STEADY + FORMER

type Answers = Mapping[str, int]
"""The status for each caller."""

_WITHOUT_ACCOUNT = ("nobody", "service", "customer", "shopper")


def everyone(status: int, **but: int) -> Answers:
    return dict.fromkeys(STEADY, status) | but


def with_former(answers: Answers) -> Answers:
    """With those who had another role before, where it matters who asks.

    Where the table does not say it itself, they are answered as those who have had only the new role; `promoted` is
    still a student of the group.
    """
    if len(set(answers.values())) == 1:
        return answers
    as_teacher = answers["classmate"] == 403
    like = {
        "promoted": answers["colleague" if as_teacher else "classmate"],
        "retired": answers["user"],
        "demoted": answers["user"],
    }
    return like | answers


def signed_in(status: int, **but: int) -> Answers:
    """Whoever has an account."""
    return everyone(status) | dict.fromkeys(_WITHOUT_ACCOUNT, 401) | but


def only(*who: str, status: int, **but: int) -> Answers:
    """Of those who have signed in these alone may call."""
    return signed_in(403) | dict.fromkeys(who, status) | but


def admin(status: int) -> Answers:
    return only("admin", status=status)


def training(status: int) -> Answers:
    return only("training", "admin", status=status)


def people_staff(status: int) -> Answers:
    """Who sees accounts."""
    return only("training", "support", "admin", status=status)


def marketing(status: int, **but: int) -> Answers:
    return only("marketing", "admin", status=status, **but)


def shop(status: int) -> Answers:
    return only("shop", "admin", status=status)


def seller(status: int) -> Answers:
    """Who sells: the shop and services."""
    return only("shop", "admin", "service", status=status)


def service(status: int) -> Answers:
    return only("service", status=status)


def buyer(status: int, **but: int) -> Answers:
    """The shop's staff, and the customer whose it is."""
    return only("shop", "admin", "service", "customer", status=status, shopper=404) | but


def helped(status: int, **but: int) -> Answers:
    """The same, and who helps customers."""
    return buyer(status, support=status) | but


def author(status: int) -> Answers:
    """Who may write the catalogue."""
    return only("instructor", "admin", status=status)


def course_staff(status: int) -> Answers:
    """Who sees the learners of courses."""
    return only("instructor", "training", "admin", status=status)


def teachers(status: int) -> Answers:
    """Every teacher, each with their own."""
    return only("teacher", "colleague", "admin", status=status)


def taught(status: int, **but: int) -> Answers:
    """The teacher whose it is; to other teachers it does not exist."""
    return only("teacher", "admin", status=status, colleague=404) | but


def group(status: int, **but: int) -> Answers:
    """Whoever belongs to the group; to all others it does not exist."""
    return signed_in(404) | dict.fromkeys(("teacher", "admin", "student", "classmate"), status) | but


def owner(status: int, **but: int) -> Answers:
    """The student whose it is, and who teaches them."""
    return group(status, classmate=404) | but

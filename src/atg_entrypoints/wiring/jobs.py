"""What is done in the embedded_worker: by a request, or by time itself."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from atg_core.campaigns.promo_codes import SEND_PROMO_CODE
from atg_core.catalog.station_files import DELETE_STATION_FILES
from atg_core.conferencing.meeting_cleanup import CLEAN_UP_MEETING, END_MEETING
from atg_core.conferencing.recording_copies import COPY_RECORDINGS, COPY_TIMEOUT_SECONDS
from atg_core.homework.notifications import ANNOUNCE_HOMEWORK, SEND_HOMEWORK_MAIL
from atg_core.identity.account_emails import SEND_ACCOUNT_MAIL
from atg_core.identity.audit_chain import SEAL_AUDIT
from atg_core.identity.password_reset import MAIL_PASSWORD_RESET
from atg_core.jobs.model import Arguments, Handler, JobKind, Periodic, Work
from atg_core.schedule.membership import SEND_INVITATION
from atg_core.shop.refunds import REFUND_STARS
from atg_core.shop.support_tickets import SEND_MESSAGE
from atg_entrypoints.settings import Settings

# A server outside may be away for a day, and is asked every five minutes then.
_TRIES_OUTSIDE, _PAUSE_OUTSIDE = 300, timedelta(minutes=5)


def work(
    settings: Settings,
    makers: Mapping[str, Callable[[], Handler]],
    periodic: Mapping[str, Callable[[], Callable[[], Awaitable[Any]]]],
) -> Work:
    """What the contexts that are served want done in the embedded_worker: by a request, or by time itself."""
    handlers = {name: _made_when_run(make) for name, make in makers.items()}
    outside = partial(JobKind, max_tries=_TRIES_OUTSIDE, max_pause=_PAUSE_OUTSIDE)
    kinds = {
        "identity": [
            JobKind(name=MAIL_PASSWORD_RESET, handler=handlers[MAIL_PASSWORD_RESET]),
            outside(name=SEND_ACCOUNT_MAIL, handler=handlers[SEND_ACCOUNT_MAIL]),
        ],
        "catalog": [JobKind(name=DELETE_STATION_FILES, handler=handlers[DELETE_STATION_FILES])],
        "campaigns": [outside(name=SEND_PROMO_CODE, handler=handlers[SEND_PROMO_CODE], one_at_a_time=True)],
        "shop": [outside(name=name, handler=handlers[name]) for name in (SEND_MESSAGE, REFUND_STARS)],
        "schedule": [outside(name=SEND_INVITATION, handler=handlers[SEND_INVITATION])],
        "conferencing": [
            outside(
                name=COPY_RECORDINGS,
                handler=handlers[COPY_RECORDINGS],
                max_seconds=COPY_TIMEOUT_SECONDS,
            ),
            *(outside(name=name, handler=handlers[name]) for name in (END_MEETING, CLEAN_UP_MEETING)),
        ],
        "homework": [
            JobKind(name=ANNOUNCE_HOMEWORK, handler=handlers[ANNOUNCE_HOMEWORK]),
            outside(name=SEND_HOMEWORK_MAIL, handler=handlers[SEND_HOMEWORK_MAIL]),
        ],
    }
    times = {
        "identity": {SEAL_AUDIT: "* * * * *", "forget_mail_tokens": "41 3 * * *"},
        "files": {"clean_uploads": "17 * * * *"},
        "schedule": {"forget_invitations": "47 3 * * *"},
        "shop": {"expire_purchases": "* * * * *", "reconcile_stars": "23 3 * * *"},
        "conferencing": {"reap_leases": "* * * * *"},
    }
    return Work(
        kinds=tuple(kind for context in settings.contexts for kind in kinds.get(context, ())),
        periodic=tuple(
            Periodic(kind=JobKind(name=name, handler=_without_arguments(periodic[name]), max_tries=3), cron=cron)
            for context in settings.contexts
            for name, cron in times.get(context, {}).items()
        ),
    )


def _made_when_run(make: Callable[[], Handler]) -> Handler:
    """What sends mail or speaks to a provider is imported by the first job that does."""

    async def handle(arguments: Arguments) -> None:
        await make()(arguments)

    return handle


def _without_arguments(make: Callable[[], Callable[[], Awaitable[Any]]]) -> Handler:
    async def handle(_arguments: Arguments) -> None:
        await make()()

    return handle

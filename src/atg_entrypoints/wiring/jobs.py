"""What is done in the embedded_worker: by a request, or by time itself."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from atg_core.campaigns.promo_codes import SEND_PROMO_CODE
from atg_core.catalog.station_files import DELETE_STATION_FILES
from atg_core.conferencing.meeting_cleanup import CLEAN_UP_MEETING, END_MEETING
from atg_core.conferencing.recording_copies import COPY_RECORDINGS, COPY_TIMEOUT_SECONDS
from atg_core.identity.account_emails import SEND_ACCOUNT_MAIL
from atg_core.identity.audit_chain import SEAL_AUDIT, VERIFY_AUDIT
from atg_core.identity.password_reset import MAIL_PASSWORD_RESET
from atg_core.importing.ordering import APPLY_IMPORT, CHECK_IMPORT, UNDO_IMPORT
from atg_core.jobs.model import Arguments, Handler, JobKind, Periodic, Work
from atg_core.notices.delivery import SEND_NOTICES
from atg_core.notices.rounds import TELL_DUE
from atg_core.notices.telling import DELIVER_NOTICES
from atg_core.schedule.membership import SEND_INVITATION
from atg_core.shop.message_sending import SEND_SHOP_MESSAGE
from atg_core.shop.refunds import REFUND_STARS
from atg_core.shop.support_tickets import SEND_MESSAGE
from atg_entrypoints.settings import Settings

_SECONDS = {VERIFY_AUDIT: 3600.0}
"""Of periodic jobs that may take longer than a lease."""
_SECONDS_OF_AN_IMPORT = 1800.0
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
    mail = partial(outside, sends_mail=True)
    kinds = {
        "identity": [
            JobKind(name=MAIL_PASSWORD_RESET, handler=handlers[MAIL_PASSWORD_RESET], sends_mail=True),
            mail(name=SEND_ACCOUNT_MAIL, handler=handlers[SEND_ACCOUNT_MAIL]),
            *(
                JobKind(name=name, handler=handlers[name], max_tries=3, max_seconds=_SECONDS_OF_AN_IMPORT)
                for name in (CHECK_IMPORT, APPLY_IMPORT, UNDO_IMPORT)
            ),
        ],
        "catalog": [JobKind(name=DELETE_STATION_FILES, handler=handlers[DELETE_STATION_FILES])],
        "campaigns": [mail(name=SEND_PROMO_CODE, handler=handlers[SEND_PROMO_CODE], one_at_a_time=True)],
        "shop": [
            *(outside(name=name, handler=handlers[name]) for name in (SEND_MESSAGE, REFUND_STARS)),
            outside(name=SEND_SHOP_MESSAGE, handler=handlers[SEND_SHOP_MESSAGE], one_at_a_time=True),
        ],
        "schedule": [mail(name=SEND_INVITATION, handler=handlers[SEND_INVITATION])],
        "conferencing": [
            outside(
                name=COPY_RECORDINGS,
                handler=handlers[COPY_RECORDINGS],
                max_seconds=COPY_TIMEOUT_SECONDS,
            ),
            *(outside(name=name, handler=handlers[name]) for name in (END_MEETING, CLEAN_UP_MEETING)),
        ],
        "notices": [mail(name=SEND_NOTICES, handler=handlers[SEND_NOTICES])],
    }
    times = {
        "identity": {
            SEAL_AUDIT: "* * * * *",
            VERIFY_AUDIT: "11 4 * * *",
            "forget_mail_tokens": "41 3 * * *",
            "forget_imports": "37 * * * *",
        },
        "learning": {"keep_obligations": "11 1 * * *", "renew_courses": "23 * * * *"},
        "files": {"clean_uploads": "17 * * * *"},
        "schedule": {"forget_invitations": "47 3 * * *"},
        "shop": {"expire_purchases": "* * * * *", "reconcile_stars": "23 3 * * *"},
        "conferencing": {"reap_leases": "* * * * *"},
        "notices": {DELIVER_NOTICES: "* * * * *", TELL_DUE: "7 * * * *"},
    }
    return Work(
        kinds=tuple(kind for context in settings.contexts for kind in kinds.get(context, ())),
        periodic=tuple(
            Periodic(
                kind=JobKind(
                    name=name,
                    handler=_without_arguments(periodic[name]),
                    max_tries=3,
                    max_seconds=_SECONDS.get(name),
                ),
                cron=cron,
            )
            for context in settings.contexts
            for name, cron in times.get(context, {}).items()
        ),
    )


def _made_when_run(make: Callable[[], Handler]) -> Handler:
    """What sends mail or speaks to a provider is imported by the first job that does."""

    async def handle(arguments: Arguments) -> int | None:
        return await make()(arguments)

    return handle


def _without_arguments(make: Callable[[], Callable[[], Awaitable[Any]]]) -> Handler:
    async def handle(_arguments: Arguments) -> int | None:
        done: int | None = await make()()
        return done

    return handle

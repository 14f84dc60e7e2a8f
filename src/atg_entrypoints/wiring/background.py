"""What is done in the background: by a request, or by time itself."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from atg_core.campaigns.promo import SEND_PROMO_CODE
from atg_core.conferencing.copying import COPY_RECORDINGS, MOST_SECONDS_TO_COPY
from atg_core.conferencing.hosting import END_MEETING, TIDY_MEETING
from atg_core.homework.telling import ANNOUNCE_HOMEWORK, SEND_HOMEWORK_MAIL
from atg_core.identity.auditing import SEAL_AUDIT
from atg_core.identity.letters import SEND_ACCOUNT_MAIL
from atg_core.identity.recovering import MAIL_PASSWORD_RESET
from atg_core.jobs.model import Arguments, Handler, JobKind, Periodic, Work
from atg_core.store.support import REFUND_STARS, SEND_MESSAGE
from atg_entrypoints.settings import Settings

# A server outside may be away for a day, and is asked every five minutes then.
_TRIES_OUTSIDE, _PAUSE_OUTSIDE = 300, timedelta(minutes=5)


def work(
    settings: Settings, handlers: Mapping[str, Handler], periodic: Mapping[str, Callable[[], Awaitable[Any]]]
) -> Work:
    """What the contexts that are served want done in the background: by a request, or by time itself."""
    outside = partial(JobKind, most_tries=_TRIES_OUTSIDE, most_pause=_PAUSE_OUTSIDE)
    kinds = {
        "identity": [
            JobKind(name=MAIL_PASSWORD_RESET, handler=handlers[MAIL_PASSWORD_RESET]),
            outside(name=SEND_ACCOUNT_MAIL, handler=handlers[SEND_ACCOUNT_MAIL]),
        ],
        "campaigns": [outside(name=SEND_PROMO_CODE, handler=handlers[SEND_PROMO_CODE], one_at_a_time=True)],
        "store": [outside(name=name, handler=handlers[name]) for name in (SEND_MESSAGE, REFUND_STARS)],
        "conferencing": [
            outside(name=COPY_RECORDINGS, handler=handlers[COPY_RECORDINGS], most_seconds=MOST_SECONDS_TO_COPY),
            *(outside(name=name, handler=handlers[name]) for name in (END_MEETING, TIDY_MEETING)),
        ],
        "homework": [
            JobKind(name=ANNOUNCE_HOMEWORK, handler=handlers[ANNOUNCE_HOMEWORK]),
            outside(name=SEND_HOMEWORK_MAIL, handler=handlers[SEND_HOMEWORK_MAIL]),
        ],
    }
    times = {
        "identity": {SEAL_AUDIT: "* * * * *", "forget_mail_tokens": "41 3 * * *"},
        "files": {"clean_uploads": "17 * * * *"},
        "store": {"expire_purchases": "* * * * *", "reconcile_stars": "23 3 * * *"},
        "conferencing": {"reap_leases": "* * * * *"},
    }
    return Work(
        kinds=tuple(kind for context in settings.contexts for kind in kinds.get(context, ())),
        periodic=tuple(
            Periodic(kind=JobKind(name=name, handler=_without_arguments(periodic[name]), most_tries=3), cron=cron)
            for context in settings.contexts
            for name, cron in times.get(context, {}).items()
        ),
    )


def _without_arguments(do: Callable[[], Awaitable[Any]]) -> Handler:
    async def handle(_arguments: Arguments) -> None:
        await do()

    return handle

"""Which routes a process has: those of the contexts that it serves."""

from collections.abc import Callable, Mapping, Sequence

from litestar import Router
from litestar.types import ControllerRouterHandler

from atg_core.identity.avatar import MOST_AVATAR_BYTES
from atg_entrypoints.http import (
    account_mail,
    administration,
    audit,
    authored_files,
    avatar,
    campaign_administration,
    campaigns,
    catalog,
    certificates,
    conference_accounts,
    conferencing,
    control_points,
    course_program,
    curriculum,
    entering,
    files,
    gradebook,
    homework,
    identity,
    learning,
    oauth,
    progress_charts,
    purchases,
    recurring_lessons,
    reports,
    schedule,
    shop,
    shop_customers,
    signed_files,
    stations,
    submissions,
    telegram,
    testing,
    topic_files,
    topics,
    uploads,
)
from atg_entrypoints.settings import Context, Settings

MOST_BODY_BYTES = 1_000_000

type Handlers = Sequence[ControllerRouterHandler]


def _identity(_: Settings) -> Handlers:
    pictures = Router("/", route_handlers=avatar.HANDLERS, request_max_body_size=MOST_AVATAR_BYTES + MOST_BODY_BYTES)
    administrators = (*administration.HANDLERS, *audit.HANDLERS)
    ways_in = (*entering.HANDLERS, *oauth.HANDLERS)
    return [*identity.HANDLERS, *ways_in, *account_mail.HANDLERS, *administrators, pictures]


def _catalog(_: Settings) -> Handlers:
    return [
        *catalog.HANDLERS,
        *stations.HANDLERS,
        *topic_files.HANDLERS,
        *course_program.HANDLERS,
        *curriculum.HANDLERS,
        *authored_files.HANDLERS,
    ]


def _learning(_: Settings) -> Handlers:
    return [
        *learning.HANDLERS,
        *testing.HANDLERS,
        *topics.HANDLERS,
        *reports.HANDLERS,
        *certificates.HANDLERS,
    ]


def _files(settings: Settings) -> Handlers:
    large = Router(
        "/",
        route_handlers=[*uploads.LARGE, *signed_files.HANDLERS],
        request_max_body_size=settings.upload_max_bytes + MOST_BODY_BYTES,
    )
    return [*files.HANDLERS, *uploads.SMALL, large]


def _campaigns(_: Settings) -> Handlers:
    also = Router("/api", route_handlers=campaigns.HANDLERS, include_in_schema=False)
    return [*campaigns.HANDLERS, also, *campaign_administration.HANDLERS]


def _store(_: Settings) -> Handlers:
    return [*shop.HANDLERS, *shop_customers.HANDLERS, *purchases.HANDLERS, *telegram.HANDLERS]


def _schedule(_: Settings) -> Handlers:
    return [*schedule.HANDLERS, *recurring_lessons.HANDLERS]


def _conferencing(_: Settings) -> Handlers:
    webhooks = Router("/webhooks", route_handlers=conferencing.WEBHOOKS)
    also = Router("/schedule/webhook", route_handlers=conferencing.WEBHOOKS, include_in_schema=False)
    return [*conferencing.HANDLERS, *conference_accounts.HANDLERS, webhooks, also]


def _homework(_: Settings) -> Handlers:
    return [*homework.HANDLERS, *submissions.HANDLERS]


def _gradebook(_: Settings) -> Handlers:
    return [*gradebook.HANDLERS, *control_points.HANDLERS, *progress_charts.HANDLERS]


_HANDLERS: Mapping[Context, Callable[[Settings], Handlers]] = {
    "identity": _identity,
    "catalog": _catalog,
    "learning": _learning,
    "files": _files,
    "campaigns": _campaigns,
    "store": _store,
    "schedule": _schedule,
    "conferencing": _conferencing,
    "homework": _homework,
    "gradebook": _gradebook,
}


def handlers_of(settings: Settings) -> Handlers:
    return [handler for context in dict.fromkeys(settings.contexts) for handler in _HANDLERS[context](settings)]

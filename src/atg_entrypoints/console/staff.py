"""Who may open a page about what a route of the API does: the people among those who may call the route."""

from dataclasses import replace

from litestar.handlers import BaseRouteHandler

from atg_entrypoints.http.policy import Policy


def people_of(handler: BaseRouteHandler) -> Policy:
    """The policy of the route without services and customers, who have no pages."""
    policy: Policy = handler.opt["policy"]
    return replace(policy, name=f"the people of: {policy.name}", services=False, customers=False)

"""`/metrics` for Prometheus, for whoever has `ATG_METRICS_TOKEN`."""

from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from atg_entrypoints.http.policy import PUBLIC, bearer_token
from atg_entrypoints.http.request_metrics import PATH
from atg_entrypoints.metrics import CONTENT_TYPE, Metrics, require_token
from atg_entrypoints.settings import Settings

_MEDIA_TYPE = CONTENT_TYPE.removesuffix("; charset=utf-8")
"""Litestar adds the charset."""


@get(PATH, policy=PUBLIC, unlimited=True, include_in_schema=False, media_type=_MEDIA_TYPE)
async def metrics(
    request: Request[Any, Any, Any],
    settings: NamedDependency[SkipValidation[Settings]],
    metrics: NamedDependency[SkipValidation[Metrics]],
) -> Response[bytes]:
    """Raises what `require_token` raises."""
    require_token(bearer_token(request), settings)
    return Response(await metrics.text(), media_type=_MEDIA_TYPE)

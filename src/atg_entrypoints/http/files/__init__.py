"""Files over HTTP: folders, streaming, signed URLs and uploads."""

from litestar import Router

from atg_entrypoints.http.files import objects, proxied_parts, signed_urls, uploads
from atg_entrypoints.http.handlers import MAX_BODY_BYTES, Handlers
from atg_entrypoints.settings import Settings


def handlers(settings: Settings) -> Handlers:
    large = Router(
        "/",
        route_handlers=[*uploads.LARGE, *proxied_parts.LARGE, *signed_urls.HANDLERS],
        request_max_body_size=settings.upload_max_bytes + MAX_BODY_BYTES,
    )
    return [*objects.HANDLERS, *uploads.SMALL, *proxied_parts.SMALL, large]

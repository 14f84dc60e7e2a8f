"""What Zoom tells, in memory."""

from tests.contracts.http_zoom_events import ZoomEventsContract


class TestZoomEventsOverMemory(ZoomEventsContract):
    pass

"""What Zoom tells, on SQLite and PostgreSQL."""

from tests.contracts.http_zoom_events import ZoomEventsContract


class TestZoomEventsOverSql(ZoomEventsContract):
    pass

"""The JSON of Zoom's API: meetings and recordings (developers.zoom.us/docs/api/meetings)."""

from datetime import datetime

import msgspec
from msgspec import Struct

from atg_adapters.zoom.errors import UnreadableResponse
from atg_core.conferencing.model import Meeting, RecordingFile

_MEDIA = {"MP4": ("video/mp4", "mp4"), "M4A": ("audio/mp4", "m4a")}


class ZoomMeeting(Struct, frozen=True):
    """`status`: `waiting` or `started`. A list leaves `status` and `start_url` out."""

    id: int | str
    uuid: str = ""
    topic: str = ""
    status: str = ""
    start_url: str = ""
    join_url: str = ""

    def to_meeting(self) -> Meeting:
        """Raises UnreadableResponse for URLs that are not http(s)."""
        if not all(url.startswith(("https://", "http://")) for url in (self.start_url, self.join_url)):
            raise UnreadableResponse
        return Meeting(id=str(self.id), uuid=self.uuid or None, start_url=self.start_url, join_url=self.join_url)


class ZoomMeetings(Struct, frozen=True):
    """A page of the meetings that a user hosts."""

    meetings: list[ZoomMeeting] = []
    next_page_token: str = ""


class ZoomRecording(Struct, frozen=True):
    """A recording file. Chats, transcripts and closed captions have fewer fields."""

    id: str = ""
    file_type: str = ""
    status: str = ""
    download_url: str = ""
    file_size: float | None = None
    recording_start: str = ""
    recording_end: str = ""

    def to_recording_file(self) -> RecordingFile | None:
        """None unless it is a completed audio or video file."""
        if self.file_type not in _MEDIA or self.status != "completed" or not (self.id and self.download_url):
            return None
        media_type, extension = _MEDIA[self.file_type]
        return RecordingFile(
            id=self.id,
            url=self.download_url,
            media_type=media_type,
            extension=extension,
            size=None if self.file_size is None else int(self.file_size),
            duration_seconds=self._seconds,
        )

    @property
    def _seconds(self) -> int | None:
        try:
            lasted = datetime.fromisoformat(self.recording_end) - datetime.fromisoformat(self.recording_start)
        except (ValueError, TypeError):
            return None
        return max(0, round(lasted.total_seconds()))


class ZoomRecordings(Struct, frozen=True):
    """The files of one instance of a meeting."""

    recording_files: list[ZoomRecording] = []


def decode[T](answer: bytes, kind: type[T]) -> T:
    """Raises UnreadableResponse."""
    try:
        return msgspec.json.decode(answer, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise UnreadableResponse from None

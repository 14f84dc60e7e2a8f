"""Meeting events that a provider reports by webhook: at least once, late, never, in any order."""

from dataclasses import dataclass

from atg_core.clock import Clock
from atg_core.conferencing.meeting_cleanup import MeetingCleanup
from atg_core.conferencing.model import EndReason
from atg_core.conferencing.ports import Pool
from atg_core.conferencing.recording_copies import COPY_RECORDINGS
from atg_core.conferencing.release import tell_of_end
from atg_core.events import EventPublisher
from atg_core.jobs.ports import JobQueue
from atg_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class HandleMeetingEvents:
    """Idempotent: an event that repeats, or is of a lease that has ended, changes nothing."""

    open: UnitOfWork[Pool]
    jobs: JobQueue
    events: EventPublisher
    meeting_cleanup: MeetingCleanup
    clock: Clock

    async def meeting_ended(self, meeting_id: str | None, meeting_uuid: str | None) -> bool:
        """Releases the lease of the meeting. False if nothing changes."""
        async with self.open() as store:
            lease = await store.find_by_meeting(meeting_id, meeting_uuid)
            if lease is None or lease.ended_at is not None:
                return False
            lesson = await store.lesson(lease.lesson_id)
            now = self.clock()
            if not await store.release(lease.id, EndReason.WEBHOOK, now):
                return False
            await tell_of_end(self.events, lesson)
            await self.meeting_cleanup.after_release(lease, now)
            return True

    async def recording_completed(self, meeting_id: str | None, meeting_uuid: str | None) -> bool:
        """Enqueues the job that copies the recordings. False for an unknown meeting.

        A meeting that was left and joined again has a new uuid, and the same id.
        """
        async with self.open() as store:
            lease = await store.find_by_meeting(None, meeting_uuid) or await store.find_by_meeting(meeting_id, None)
            if lease is None:
                return False
            arguments = {"lease_id": str(lease.id), "meeting_uuid": meeting_uuid}
            await self.jobs.enqueue(COPY_RECORDINGS, arguments, lane=f"recordings-{lease.lesson_id}")
            return True

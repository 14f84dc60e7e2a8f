"""What follows from facts: percents, completions, certificates and totals, in the transaction of the facts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from atg_core.clock import Clock
from atg_core.ids import NewId
from atg_core.learning.model import Certificate, Enrollment, EnrollmentStatus, Scope, Standing
from atg_core.learning.ports import Standings
from atg_core.opening import Open


@dataclass(frozen=True, slots=True, kw_only=True)
class Settle:
    """Brings enrollments, certificates and totals to what the facts say.

    `new_code` makes verification codes; `timezone` says in which year a certificate is issued.
    """

    open: Open[Standings]
    clock: Clock
    new_id: NewId
    new_code: Callable[[], str]
    timezone: tzinfo

    async def __call__(self, scope: Scope) -> None:
        """For all in the scope whose facts have changed, as by authoring or an import."""
        async with self.open() as store:
            await store.lock_learners(scope)
            await self.within(store, scope, await store.unsettled(scope))

    async def within(
        self, store: Standings, scope: Scope, standings: Sequence[Standing], *, stored: bool = True
    ) -> list[Enrollment]:
        """For learners who are locked in the transaction of `store`; gives their enrollments as they are then.

        `stored`: whether the enrollments are in the store as they are in `standings`.
        """
        settled = [standing.settled() for standing in standings]
        pairs = zip(standings, settled, strict=True)
        await store.save([new for standing, new in pairs if not stored or new != standing.enrollment])
        await self._certify(
            store,
            [
                standing
                for standing, new in zip(standings, settled, strict=True)
                if new.status is EnrollmentStatus.COMPLETED and not standing.certified
            ],
        )
        await store.refresh_totals(scope, self.clock())
        return settled

    async def _certify(self, store: Standings, completed: Sequence[Standing]) -> None:
        """Numbers are taken last of all, since whoever takes one makes all others wait until the end."""
        if not completed:
            return
        now = self.clock()
        year = now.astimezone(self.timezone).year
        first = await store.next_numbers(year, len(completed))
        await store.issue(
            [
                Certificate(
                    id=self.new_id(),
                    user_id=standing.enrollment.user_id,
                    course_id=standing.enrollment.course_id,
                    title=standing.course_title,
                    issued_at=now,
                    number=certificate_number(year, number),
                    verification_code=self.new_code(),
                )
                for number, standing in enumerate(completed, start=first)
            ]
        )


def certificate_number(year: int, number: int) -> str:
    """`ATG-YYYY-NNNNNN`, without gaps within a year."""
    return f"ATG-{year}-{number:06}"

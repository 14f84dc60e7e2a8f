"""Completion: percents, completed courses, certificates and totals, derived from progress and test results."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from atg_core.clock import Clock
from atg_core.ids import NewId
from atg_core.learning.model import Certificate, Enrollment, EnrollmentProgress, EnrollmentStatus, Scope
from atg_core.learning.ports import CompletionStore
from atg_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateCompletion:
    """Updates enrollments, certificates and totals after a change of progress, results or the curriculum.

    `new_code`: makes verification codes; `timezone`: decides the year of a certificate and the days of streaks.
    """

    open: UnitOfWork[CompletionStore]
    clock: Clock
    new_id: NewId
    new_code: Callable[[], str]
    timezone: tzinfo

    async def __call__(self, scope: Scope) -> None:
        """Updates all outdated enrollments of the scope, as after authoring or an import."""
        async with self.open() as store:
            await store.lock_learners(scope)
            await self.within(store, scope, await store.outdated(scope))
            if scope.station_id is None:
                await store.refresh_streaks(scope, self.timezone)

    async def within(
        self, store: CompletionStore, scope: Scope, progress: Sequence[EnrollmentProgress]
    ) -> list[Enrollment]:
        """Updates within the transaction of `store`, where the learners are locked; returns their enrollments."""
        updated = [each.updated_enrollment() for each in progress]
        pairs = zip(progress, updated, strict=True)
        await store.save([new for each, new in pairs if new != each.enrollment])
        await self._certify(
            store,
            [
                each
                for each, new in zip(progress, updated, strict=True)
                if new.status is EnrollmentStatus.COMPLETED and not each.has_certificate
            ],
        )
        await store.refresh_totals(scope, self.clock())
        return updated

    async def _certify(self, store: CompletionStore, completed: Sequence[EnrollmentProgress]) -> None:
        """Takes certificate numbers last, since that locks the counter until the end of the transaction."""
        if not completed:
            return
        now = self.clock()
        year = now.astimezone(self.timezone).year
        first = await store.next_numbers(year, len(completed))
        await store.issue(
            [
                Certificate(
                    id=self.new_id(),
                    user_id=each.enrollment.user_id,
                    course_id=each.enrollment.course_id,
                    full_name=each.learner_name,
                    title=each.course_title,
                    issued_at=now,
                    number=certificate_number(year, number),
                    verification_code=self.new_code(),
                )
                for number, each in enumerate(completed, start=first)
            ]
        )


def certificate_number(year: int, number: int) -> str:
    """`ATG-YYYY-NNNNNN`, gapless within a year."""
    return f"ATG-{year}-{number:06}"

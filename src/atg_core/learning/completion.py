"""Completion: percents, completed courses, certificates and totals, derived from progress and test results."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from uuid import UUID

from atg_core.clock import Clock
from atg_core.ids import NewId
from atg_core.learning.assigned_paths import to_oblige
from atg_core.learning.model import Certificate, Enrollment, EnrollmentProgress, EnrollmentStatus, Scope
from atg_core.learning.paths import courses_to_open
from atg_core.learning.ports import CompletionStore
from atg_core.learning.validity import due_again_from, ends_at
from atg_core.notifier import NewNotice, NoticeKind, Notifier
from atg_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateCompletion:
    """Updates enrollments, certificates and totals after a change of progress, results or the curriculum.

    Learners are told of their certificates, unless all enrollments are updated: what an import brings is past.

    `new_code`: makes verification codes; `timezone`: decides the year of a certificate and the days of streaks.
    """

    open: UnitOfWork[CompletionStore]
    notifier: Notifier
    clock: Clock
    new_id: NewId
    new_code: Callable[[], str]
    timezone: tzinfo

    async def __call__(self, scope: Scope) -> None:
        """Updates all outdated enrollments of the scope, as after authoring or an import."""
        async with self.open() as store:
            await store.lock_learners(scope)
            if scope == Scope():
                await self.open_next(store, None)
            await self.within(store, scope, await store.outdated(scope))
            if not scope.is_of_courses:
                await store.refresh_streaks(scope, self.timezone)

    async def within(
        self, store: CompletionStore, scope: Scope, progress: Sequence[EnrollmentProgress]
    ) -> list[Enrollment]:
        """Updates within the transaction of `store`, where the learners are locked; returns their enrollments.

        Rounds that are due open first.
        """
        progress = await self._with_open_rounds(store, progress)
        updated = [each.updated_enrollment() for each in progress]
        await store.save([new for each, new in zip(progress, updated, strict=True) if new != each.enrollment])
        completed = _newly_completed(progress)
        learners = {each.enrollment.user_id for each in completed}
        further = await self.open_next(store, learners, tells=scope != Scope()) if completed else []
        certified = [
            each
            for each, new in zip(progress, updated, strict=True)
            if new.status is EnrollmentStatus.COMPLETED and each.lacks_certificate
        ]
        if everyone := [*certified, *further]:
            certificates = await self._certify(store, everyone)
            if scope != Scope():
                await self.notifier.tell(*map(_issued, certificates))
        await store.refresh_totals(scope, self.clock())
        return updated

    async def open_next(
        self,
        store: CompletionStore,
        users: Collection[UUID] | None,
        *,
        renewed: UUID | None = None,
        tells: bool = True,
    ) -> list[EnrollmentProgress]:
        """Enrolls users, or all for None, in courses that are open by now on their learning paths.

        Returns what is completed with that at once and has no certificate, since topics and tests of other courses
        count; it may open further courses. `renewed`: the path that was assigned just now, which also brings back who
        has left a course of it. `tells`: whether learners get a notice; all together get none.
        """
        completed: list[EnrollmentProgress] = []
        opened: set[tuple[UUID, UUID]] = set()
        is_of_all = users is None
        while new := await self._open(store, users, renewed):
            opened |= new
            progress = await store.outdated(
                Scope() if users is None else Scope(user_ids=tuple({who for who, _ in new}))
            )
            await store.save([each.updated_enrollment() for each in progress])
            done = _newly_completed(progress)
            completed += [each for each in done if each.lacks_certificate]
            users, renewed = {each.enrollment.user_id for each in done}, None
            if not users:
                break
        if opened and tells and not is_of_all:
            await self.notifier.tell_opened(opened)
        return completed

    async def _open(
        self, store: CompletionStore, users: Collection[UUID] | None, renewed: UUID | None
    ) -> set[tuple[UUID, UUID]]:
        """Opens what paths have for the users by now; gives who and which course. Of all, only what they have taken or
        were given once: obligations are settled in batches."""
        now = self.clock()
        due = courses_to_open(await store.learners_on_paths(users), renewed)
        if due:
            await store.open_courses(
                [Enrollment.assigned(self.new_id(), *key, due_at, now) for key, due_at in due.items()]
            )
        obliged = [] if users is None else to_oblige(await store.assigned_paths(users), now)
        if obliged:
            await store.oblige(obliged, now)
        return {*due, *((each.user_id, each.course_id) for each in obliged)}

    async def _with_open_rounds(
        self, store: CompletionStore, progress: Sequence[EnrollmentProgress]
    ) -> Sequence[EnrollmentProgress]:
        now = self.clock()
        due = [each for each in progress if each.enrollment.is_due_again(now)]
        if not due:
            return progress
        await store.save([each.enrollment.next_round(renew_topics=each.renews_topics) for each in due])
        learners = Scope(user_ids=tuple({each.enrollment.user_id for each in due}))
        opened = {each.enrollment.id: each for each in await store.enrollment_progress(learners)}
        return [opened.get(each.enrollment.id, each) for each in progress]

    def _won(self, progress: EnrollmentProgress, now: datetime) -> Enrollment:
        """With the end of the certificate that is issued now, by what the course says now."""
        months, until, renews_at = progress.valid_months, None, None
        if months is not None:
            until = ends_at(now, months, self.timezone)
            renews_at = due_again_from(until, progress.renew_days, now)
        return progress.updated_enrollment().won(until, renews_at)

    async def _certify(self, store: CompletionStore, completed: Sequence[EnrollmentProgress]) -> list[Certificate]:
        """Takes certificate numbers last, since that locks the counter until the end of the transaction."""
        now = self.clock()
        won = [self._won(each, now) for each in completed]
        if changed := [new for each, new in zip(completed, won, strict=True) if new != each.updated_enrollment()]:
            await store.save(changed)
        year = now.astimezone(self.timezone).year
        first = await store.next_numbers(year, len(completed))
        certificates = [
            Certificate(
                id=self.new_id(),
                user_id=each.enrollment.user_id,
                course_id=each.enrollment.course_id,
                full_name=each.learner_name,
                title=each.course_title,
                issued_at=now,
                number=certificate_number(year, number),
                verification_code=self.new_code(),
                round=new.round,
                valid_until=new.valid_until,
            )
            for number, (each, new) in enumerate(zip(completed, won, strict=True), start=first)
        ]
        await store.issue(certificates)
        return certificates


def _issued(certificate: Certificate) -> NewNotice:
    return NewNotice(
        kind=NoticeKind.CERTIFICATE_ISSUED,
        subject=f"certificate:{certificate.number}",
        occasion=certificate.issued_at,
        title=certificate.title,
        details={"number": certificate.number},
        user_ids=[certificate.user_id],
    )


def _newly_completed(progress: Sequence[EnrollmentProgress]) -> list[EnrollmentProgress]:
    completed = EnrollmentStatus.COMPLETED
    return [
        each
        for each in progress
        if each.enrollment.status is not completed and each.updated_enrollment().status is completed
    ]


def certificate_number(year: int, number: int) -> str:
    """`ATG-YYYY-NNNNNN`, gapless within a year."""
    return f"ATG-{year}-{number:06}"

"""Homework: writing, handing in, grading and telling."""

from dependency_injector import providers

from atg_adapters.sql.database import Database
from atg_adapters.sql.homework import SqlHomework
from atg_adapters.sql.homework_notices import SqlNotices
from atg_adapters.sql.homework_reading import SqlHomeworks
from atg_adapters.sql.submissions import SqlSubmissions
from atg_core.homework.marking import GradeAnswers
from atg_core.homework.showing import ShowHomework
from atg_core.homework.submitting import HandIn, OpenDraft
from atg_core.homework.telling import AnnounceHomework, SendHomeworkMail
from atg_core.homework.writing import EditHomework
from atg_entrypoints.wiring.shared import Shared


class Homework(Shared):
    homeworks = providers.Singleton(SqlHomeworks, Shared.database)
    open_homework = providers.Singleton(Database.opening, Shared.database, SqlHomework, shared=True)
    open_submissions = providers.Singleton(Database.opening, Shared.database, SqlSubmissions, shared=True)
    open_notices = providers.Singleton(Database.opening, Shared.database, SqlNotices, shared=True)
    show_homework = providers.Singleton(ShowHomework, homeworks=homeworks, clock=Shared.clock)
    edit_homework = providers.Singleton(EditHomework, open=open_homework, jobs=Shared.jobs, clock=Shared.clock)
    open_draft = providers.Singleton(OpenDraft, open=open_submissions, clock=Shared.clock)
    hand_in = providers.Singleton(HandIn, open=open_submissions, jobs=Shared.jobs, clock=Shared.clock)
    grade_answers = providers.Singleton(GradeAnswers, open=open_submissions, jobs=Shared.jobs, clock=Shared.clock)
    announce_homework = providers.Singleton(AnnounceHomework, open=open_notices, jobs=Shared.jobs, clock=Shared.clock)
    send_homework_mail = providers.Singleton(
        SendHomeworkMail,
        open=open_notices,
        mail=Shared.mail,
        templates=Shared.templates,
        timezone=Shared.settings.provided.zone,
    )

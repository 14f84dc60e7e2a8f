"""Groups, lessons, recurring lessons and the calendar over HTTP."""

from tests.contracts.databases import over_each_database
from tests.contracts.schedule.http_calendar import HttpCalendarContract
from tests.contracts.schedule.http_free_days import HttpFreeDaysContract
from tests.contracts.schedule.http_groups import HttpGroupsContract
from tests.contracts.schedule.http_invitation_limits import HttpInvitationLimitsContract
from tests.contracts.schedule.http_invitation_page import HttpInvitationPageContract
from tests.contracts.schedule.http_invitations import HttpInvitationsContract
from tests.contracts.schedule.http_lessons import HttpLessonsContract
from tests.contracts.schedule.http_recurring_lessons import HttpRecurringLessonsContract
from tests.contracts.schedule.http_schedule_access import HttpScheduleAccessContract
from tests.contracts.schedule.http_students import HttpStudentsContract
from tests.contracts.schedule.http_term_copy import HttpTermCopyContract


@over_each_database
class TestGroups(HttpGroupsContract):
    pass


@over_each_database
class TestLessons(HttpLessonsContract):
    pass


@over_each_database
class TestRecurringLessons(HttpRecurringLessonsContract):
    pass


@over_each_database
class TestCalendar(HttpCalendarContract):
    pass


@over_each_database
class TestScheduleAccess(HttpScheduleAccessContract):
    pass


@over_each_database
class TestInvitations(HttpInvitationsContract):
    pass


@over_each_database
class TestInvitationLimits(HttpInvitationLimitsContract):
    pass


@over_each_database
class TestInvitationPage(HttpInvitationPageContract):
    pass


@over_each_database
class TestStudents(HttpStudentsContract):
    pass


@over_each_database
class TestFreeDays(HttpFreeDaysContract):
    pass


@over_each_database
class TestTermCopy(HttpTermCopyContract):
    pass

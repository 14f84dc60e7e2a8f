"""The dependencies and addresses that pages of the gradebook share."""

from typing import Annotated

from litestar.di import NamedDependency
from litestar.params import QueryParameter, SkipValidation

from atg_core.gradebook.attendance import MarkAttendance
from atg_core.gradebook.control_points import EditControlPoints, GradeControlPoint
from atg_core.gradebook.journal import ShowJournal, ShowStudentJournal
from atg_core.gradebook.ports import AttendanceQueries, ControlPointQueries, JournalQueries
from atg_entrypoints.console.sessions import PREFIX
from atg_entrypoints.http.gradebook.viewer import SignedInRequest
from atg_entrypoints.settings import Settings

Asked = SignedInRequest
ShowsJournal = NamedDependency[SkipValidation[ShowJournal]]
ShowsStudentJournal = NamedDependency[SkipValidation[ShowStudentJournal]]
MarksAttendance = NamedDependency[SkipValidation[MarkAttendance]]
Grades = NamedDependency[SkipValidation[GradeControlPoint]]
EditsControlPoints = NamedDependency[SkipValidation[EditControlPoints]]
QueriesAttendance = NamedDependency[SkipValidation[AttendanceQueries]]
QueriesControlPoints = NamedDependency[SkipValidation[ControlPointQueries]]
QueriesJournal = NamedDependency[SkipValidation[JournalQueries]]
Configured = NamedDependency[SkipValidation[Settings]]
Bound = Annotated[str, QueryParameter(max_length=40)]
DoneQuery = Annotated[str, QueryParameter(max_length=20)]


def address_of(group_id: int) -> str:
    """That of the journal of a group."""
    return f"{PREFIX}/groups/{group_id}/gradebook"

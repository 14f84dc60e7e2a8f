"""What kinds of rows, states of imports and hindrances are called."""

from atg_core.importing.imports import ImportState
from atg_core.words import phrase

KINDS = {
    "stations": phrase("Stations"),
    "equipment": phrase("Equipment of stations"),
    "specifications": phrase("Specifications of stations"),
    "safety-systems": phrase("Safety systems of stations"),
    "gas-sources": phrase("Gas sources of stations"),
    "users": phrase("People"),
    "courses": phrase("Courses"),
    "programs": phrase("Programs of courses"),
    "lessons": phrase("Lessons of programs"),
    "lesson-materials": phrase("Materials of lessons"),
    "topics": phrase("Topics of lessons"),
    "topic-files": phrase("Files of topics"),
    "tests": phrase("Tests"),
    "question-banks": phrase("Question banks"),
    "questions": phrase("Questions of tests and banks"),
    "test-draws": phrase("Draws of tests from banks"),
    "course-prerequisites": phrase("What courses require"),
    "learning-paths": phrase("Learning paths"),
    "learning-path-courses": phrase("Courses of learning paths"),
    "enrollments": phrase("Enrollments in courses"),
    "assignments": phrase("Standing assignments"),
    "managers": phrase("Managers"),
    "progress": phrase("Progress by topics"),
    "test-results": phrase("Results of tests"),
    "certificates": phrase("Certificates of others"),
    "assets": phrase("Assets of campaigns"),
    "shop-lessons": phrase("Lessons of the shop"),
    "shop-courses": phrase("Courses of the shop"),
    "promo-codes": phrase("Promo codes of the shop"),
    "groups": phrase("Groups"),
    "recurring-lessons": phrase("Recurring lessons"),
    "scheduled-lessons": phrase("Lessons of the calendar"),
    "conference-accounts": phrase("Accounts for video conferences"),
    "homework": phrase("Homework"),
    "homework-questions": phrase("Questions of homework"),
    "attendance": phrase("Attendance"),
    "control-points": phrase("Control points"),
    "control-point-grades": phrase("Grades of control points"),
}
"""A test wants every kind here."""
STATES = {
    ImportState.CHECKING: phrase("is being checked"),
    ImportState.CHECKED: phrase("is checked"),
    ImportState.APPLYING: phrase("is being applied"),
    ImportState.APPLIED: phrase("is applied"),
    ImportState.FAILED: phrase("did not go well"),
    ImportState.UNDOING: phrase("is being undone"),
    ImportState.UNDONE: phrase("is undone"),
}
WHATS = {
    "changed": phrase("was changed since"),
    "used": phrase("is in use by now"),
    "taken": phrase("its former value belongs to another record now"),
    "protected": phrase("only administrators change this account by now"),
}

"""The words of charts of progress."""

from atg_core.words import phrase

AVERAGE, GROUP_AVERAGE = phrase("Average"), phrase("Average of the group")
ATTENDANCE, GROUP_ATTENDANCE = phrase("Attendance"), phrase("Attendance of the group")
NOTHING_KNOWN = phrase("Nothing is known yet")
CHART_WORDS = (AVERAGE, GROUP_AVERAGE, ATTENDANCE, GROUP_ATTENDANCE, NOTHING_KNOWN)
ENGLISH = {word: word for word in CHART_WORDS}

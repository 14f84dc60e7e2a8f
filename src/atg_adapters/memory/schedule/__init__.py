"""The schedule: groups, lessons, recurring lessons and the calendar: stores in memory."""

"""The schedule: groups, lessons, recurring lessons and the calendar: stores on SQL."""

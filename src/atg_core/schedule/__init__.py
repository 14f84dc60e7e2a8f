"""The schedule: groups, lessons, recurring lessons and the calendar: rules and ports."""

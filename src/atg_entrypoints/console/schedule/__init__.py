"""Pages of the schedule: the calendar, lessons and rules, groups and their students."""

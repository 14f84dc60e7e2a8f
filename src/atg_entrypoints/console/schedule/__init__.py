"""Pages of the schedule: groups and their students."""

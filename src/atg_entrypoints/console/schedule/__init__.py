"""The calendar: lessons, the occurrences of rules, planning, starting and attendance."""

"""Homework: authoring, submissions and grading: rules and ports."""

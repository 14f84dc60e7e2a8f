"""Homework: authoring, submissions and grading: stores in memory."""

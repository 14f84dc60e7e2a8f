"""Homework: authoring, submissions and grading: stores on SQL."""

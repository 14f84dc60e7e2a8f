"""The gradebook: attendance, control points, journals and averages: stores on SQL."""

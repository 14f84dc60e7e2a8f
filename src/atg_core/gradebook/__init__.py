"""The gradebook: attendance, control points, journals and averages: rules and ports."""

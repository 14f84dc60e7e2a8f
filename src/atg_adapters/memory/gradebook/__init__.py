"""The gradebook: attendance, control points, journals and averages: stores in memory."""

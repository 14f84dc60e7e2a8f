"""Words that clients compare, so that they are the same in every language (spec: the pages of the contexts)."""

UNTRANSLATED = frozenset(
    {
        # identity
        "Invalid credentials",
        "Invalid token",
        "Session expired",
        "Session revoked",
        # catalog and learning
        "Station not found",
        "Course not found",
        "Equipment not found",
        "Specification not found",
        "Safety system not found",
        "Feature not found",
        "Gas source not found",
        "Photo not found",
        "Document not found",
        "Topic not found",
        "File not found",
        "Enrollment not found",
        "Missing originalName",
        "Missing objectKey",
        "Invalid fileType",
        # files
        "Missing key",
        # campaigns
        "session_id and asset_slug are required",
        "session_id and email are required",
        "session_id or user_id is required",
        "session_id or user_id or email is required",
        "not_completed",
        "not_found",
        "already_used",
    }
)

"""Identity: users, sessions, sign-in and the audit log: stores in memory."""

"""Identity: users, sessions, sign-in and the audit log: rules and ports."""

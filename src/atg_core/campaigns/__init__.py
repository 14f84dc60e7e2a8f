"""Viewing campaigns: visitor sessions, assets and promo codes: rules and ports."""

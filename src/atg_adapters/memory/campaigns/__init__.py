"""Viewing campaigns: visitor sessions, assets and promo codes: stores in memory."""

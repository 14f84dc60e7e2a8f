"""Campaigns for marketers: what they have brought, their assets with QR codes, participants and promo codes."""

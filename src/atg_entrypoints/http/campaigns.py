"""Campaigns: anonymous visitors look at assets, collect points, and get a promo code."""

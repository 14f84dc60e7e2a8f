"""The shop for who keeps it: what is sold, to whom, what it has brought, promo codes, tickets and messages."""

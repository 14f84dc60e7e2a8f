"""The shop: products, purchases, promo codes and support tickets: stores on SQL."""

"""The shop: products, purchases, promo codes and support tickets: stores in memory."""

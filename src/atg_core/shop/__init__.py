"""The shop: products, purchases, promo codes and support tickets: rules and ports."""

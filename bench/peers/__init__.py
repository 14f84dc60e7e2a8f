"""What the product is measured beside. Each answers the same JSON from the same tables, and checks far less."""

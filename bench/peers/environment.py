"""What every peer reads from its environment."""

import os

DATABASE_URL = os.environ["BENCH_DATABASE_URL"]
"""postgresql://…"""
JWT_KEY = os.environ["BENCH_JWT_KEY"].encode()
FILE = os.environ["BENCH_FILE"]
POOL = 10
JWT = {"algorithms": ["HS256"], "audience": "atg", "issuer": "atg"}

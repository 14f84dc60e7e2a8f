"""`atg serve` with passwords that are hashed at no cost, so that a sign-in is what surrounds its hash.

Processes that are started for several workers import this module once more.
"""

from atg_adapters.passwords import hashing
from atg_entrypoints.cli.main import app
from bench.throughput.people import KIBIBYTES_OF_HASH

hashing.KIBIBYTES = KIBIBYTES_OF_HASH

if __name__ == "__main__":
    app(["serve"])

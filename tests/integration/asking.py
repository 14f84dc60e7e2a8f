"""A process that requests a page at a steady rate.

Writes a line for each reply: the second at which it was to be asked, how many seconds later the reply was there, and
the status. A late reply delays the next requests, and that counts as their time: a stall is not seen once only.
"""

import http.client
import sys
import time


def ask(host: str, path: str, rate: float) -> None:
    """`rate`: requests a second."""
    connection = http.client.HTTPConnection(host, timeout=30)
    begun, asked = time.monotonic(), 0
    while True:
        planned = begun + asked / rate
        time.sleep(max(0.0, planned - time.monotonic()))
        connection.request("GET", path)
        reply = connection.getresponse()
        reply.read()
        sys.stdout.write(f"{planned} {time.monotonic() - planned} {reply.status}\n")
        asked += 1


if __name__ == "__main__":
    ask(sys.argv[1], sys.argv[2], float(sys.argv[3]))

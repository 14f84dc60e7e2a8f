"""`make test-faults`: `python -m tests.faults [pytest's options]`, the whole suite, one fault after another.

Needs PostgreSQL (`initdb`), `redis-server`, nginx, an S3 store (`ATG_TEST_S3_ENDPOINT`), libfaketime, and for the full
disk a machine where a tmpfs may be mounted; names what is not there. `ATG_FAULTS_SOAK_MINUTES`: 15 by default.
"""

import os
import subprocess
import sys
from pathlib import Path

_PYTEST = Path(sys.executable).with_name("pytest")

if __name__ == "__main__":
    given = sys.argv[1:]
    chosen = any(Path(each.partition("::")[0]).exists() for each in given)
    command = [_PYTEST, "--numprocesses=0", *given, *([] if chosen else [Path(__file__).parent])]
    sys.exit(subprocess.run(command, env=os.environ | {"ATG_TEST_FAULTS": "1"}, check=False).returncode)

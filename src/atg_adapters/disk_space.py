"""Whether a folder takes more, asked before a disk is full to the last byte."""

import errno
import os
import shutil
from pathlib import Path

from atg_core.errors import StorageFull

_LEAST_BYTES = 4 * 1024 * 1024
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}


def is_full(error: OSError) -> bool:
    """Also of a quota that is used up, and of a file system that is read-only."""
    return error.errno in _FULL


def require_space(folder: Path) -> None:
    """Raises StorageFull for a file system that is read-only or nearly full."""
    if hasattr(os, "statvfs") and os.statvfs(folder).f_flag & os.ST_RDONLY:
        raise StorageFull
    if shutil.disk_usage(folder).free < _LEAST_BYTES:
        raise StorageFull

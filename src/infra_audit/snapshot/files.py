"""Files that are whole or not there: written beside their name, flushed to the disk, then renamed."""

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from infra_audit.errors import InputError

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turn what the system refuses into an error that names the folder. Raises InputError."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise InputError("snapshot.disk_full", folder=str(folder)) from error
        raise InputError("snapshot.not_writable", folder=str(folder), what=type(error).__name__) from error


def make_folder(path: Path) -> None:
    """Make a folder that only its owner may enter, its parents as the system sees fit."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(mode=0o700, exist_ok=True)


def write(path: Path, data: bytes) -> None:
    """Write a file that only its owner may read, all of it or none. Raises OSError."""
    temporary = path.with_name(path.name + ".new")
    try:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def flush_folder(path: Path) -> None:
    """Flush the names in a folder to the disk, where the system can."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

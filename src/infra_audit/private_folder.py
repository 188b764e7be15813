"""A folder for one call of another program that leaves files behind, and the processes it starts.

Only the owner can open the folder. It is removed when the call ends, in any case; what a killed run left is removed by the
next one, which sees that nobody holds its lock any more. Processes of the call carry the folder's name in their environment
and end with it.
"""

import contextlib
import os
import shutil
import signal
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

PREFIX = "infra-audit-private-"
PRIVATE = "INFRA_AUDIT_PRIVATE"
"""Environment variable by which processes that work in a folder are known."""
_PASSWORD_MEMORY = b"_ANSIBLE_SSH_ASKPASS_SHM="
_NEW_SECONDS = 60


@contextlib.contextmanager
def private_folder() -> Iterator[Path]:
    """Give a folder that only the owner can open; end its processes and remove it afterwards, in any case."""
    remove_leftovers()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))  # mode 0700
    lock = _lock(folder)
    try:
        yield folder
    finally:
        end_processes(folder)
        _remove(folder)
        if lock is not None:
            os.close(lock)


def remove_leftovers() -> list[Path]:
    """Remove private folders whose run was killed, with its processes. Returns what was removed."""
    removed = []
    for folder in sorted(Path(tempfile.gettempdir()).glob(f"{PREFIX}*")):
        if not _is_ours(folder):
            continue
        lock = _lock(folder)
        if lock is not None:  # nobody holds it: its run is gone
            end_processes(folder)
            _remove(folder)
            os.close(lock)
            removed.append(folder)
    return removed


def end_processes(folder: Path) -> None:
    """Kill what a call started and left: workers and ssh have sessions of their own, so no group reaches them."""
    mark = f"{PRIVATE}={folder}".encode()
    for entry in Path("/proc").glob("[0-9]*"):  # empty where there is no /proc
        with contextlib.suppress(OSError):
            variables = (entry / "environ").read_bytes().split(b"\0")
            if mark in variables and int(entry.name) != os.getpid():
                os.kill(int(entry.name), signal.SIGKILL)
                _forget_password(variables)


def _forget_password(variables: list[bytes]) -> None:
    """Remove the shared memory in which Ansible hands a password to a ssh that was killed before it could itself."""
    for variable in variables:
        if variable.startswith(_PASSWORD_MEMORY):
            name = os.fsdecode(variable.removeprefix(_PASSWORD_MEMORY)).lstrip("/")
            if "/" not in name:
                (Path("/dev/shm") / name).unlink(missing_ok=True)  # noqa: S108 - where Linux keeps shared memory


def _lock(folder: Path) -> int | None:
    """Hold the folder's lock until the returned descriptor is closed; None when a living run holds it."""
    import fcntl

    try:
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _is_ours(folder: Path) -> bool:
    """Whether this user made the folder, and long enough ago that its lock must have been taken since."""
    with contextlib.suppress(OSError):
        status = folder.lstat()
        old = time.time() - status.st_mtime > _NEW_SECONDS or (folder / "lock").exists()
        return stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid() and old
    return False


def _remove(folder: Path) -> None:
    for _ in range(3):  # a process that is just ending may still write
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.1)

"""Plain files named on the command line: which files there are, and the id of each.

An id is the path relative to the argument. One of a few suffixes is cut, unless two ids would become equal. With several
arguments the argument's name stands before it. Two equal ids are an error of the person who named them.
"""

import os
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from infra_audit.collectors.offline_git import Blob, Revision, revision
from infra_audit.errors import InputError

SUFFIXES = (".cfg", ".conf", ".txt", ".log", ".xml", ".json")
_BACKUP_LIST = "router.db"
_BACKUP_FOLDER = "configs"
_BOOKKEEPING = ("CVS", "RCS")
"""Folders of the version control that old backup tools use."""


@dataclass(frozen=True, slots=True)
class PlainFile:
    """One file to read as one device."""

    id: str
    name: str
    """Path relative to the argument, with the argument's name before it when there are several."""
    path: Path
    argument: str
    """What was named, a revision with the id of its commit."""
    blob: Blob | None = None
    """The file is one of a revision, and `path` leads nowhere."""


def find(arguments: Sequence[Path]) -> list[PlainFile]:
    """Return the files of all arguments, in the order of the arguments, then of their paths.

    Raises InputError when an argument cannot be read or holds no file, or when two ids are equal.
    """
    found = [entry for argument in arguments for entry in _of_argument(argument, several=len(arguments) > 1)]
    names = [name for name, *_ in found]
    return [
        PlainFile(id=id_, name=name, path=path, argument=argument, blob=blob)
        for id_, (name, path, argument, blob) in zip(_ids(names, found), found, strict=True)
    ]


_Found = tuple[str, Path, str, Blob | None]


def _of_argument(argument: Path, *, several: bool) -> list[_Found]:
    named = revision(argument)
    if named is not None:
        return _of_revision(argument, named, several=several)
    if not argument.is_dir():
        _must_be_readable(argument)
        return [(_shown(argument.name), argument, str(argument), None)]
    if (argument / "HEAD").is_file() and (argument / "objects").is_dir() and (argument / "refs").is_dir():
        raise InputError("git.bare", repository=str(argument))
    try:
        files = sorted((_shown(path.relative_to(argument).as_posix()), path) for path in _walk(argument))
    except OSError as error:
        raise InputError("file.unreadable", file=str(argument), what=type(error).__name__) from error
    if not files:
        raise InputError("input.no_files", folder=str(argument))
    prefix = f"{_shown(argument.resolve().name)}/" if several else ""
    return [(prefix + name, path, str(argument), None) for name, path in files]


def _of_revision(argument: Path, named: Revision, *, several: bool) -> list[_Found]:
    blobs = named.blobs()
    if not blobs:
        raise InputError("input.no_files", folder=str(argument))
    prefix = f"{_shown(argument.name)}/" if several else ""
    return [(prefix + _shown(blob.name), argument / blob.name, str(named), blob) for blob in blobs]


def _must_be_readable(path: Path) -> None:
    if not path.exists():
        raise InputError("input.not_found", file=str(path))
    if not os.access(path, os.R_OK):
        raise InputError("file.unreadable", file=str(path), what="PermissionError")


def _walk(folder: Path, above: frozenset[tuple[int, int]] = frozenset()) -> Iterator[Path]:
    """Yield the files below a folder. Hidden ones are left out; a link back to a folder above is not followed.

    A folder of a backup tool (its list of devices beside its folder of configurations) stands for the latter.
    Raises OSError when `folder` itself cannot be read; folders below it that cannot are yielded as they are.
    """
    about = folder.stat()
    identity = (about.st_dev, about.st_ino)
    if identity in above:
        return
    children = sorted(c for c in folder.iterdir() if not c.name.startswith(".") and c.name not in _BOOKKEEPING)
    if {_BACKUP_LIST, _BACKUP_FOLDER} <= {child.name for child in children}:
        children = [child for child in children if child.name == _BACKUP_FOLDER]
    for child in children:
        if not _is_folder(child):
            yield child
        elif os.access(child, os.R_OK | os.X_OK):
            yield from _walk(child, above | {identity})
        else:
            yield child


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a link into a folder that may not be entered
        return False


def is_regular(path: Path) -> bool:
    """Return whether a path is a file proper: reading a pipe or a device would never end. Raises OSError."""
    return stat.S_ISREG(path.stat().st_mode)


def _ids(names: Sequence[str], found: Sequence[_Found]) -> list[str]:
    """Return the id of each name: its suffix is cut as long as no two become equal."""
    cut = [_cut(name) for name in names]
    while True:
        counts = Counter(cut)
        clash = [i for i, id_ in enumerate(cut) if counts[id_] > 1 and id_ != names[i]]
        if not clash:
            break
        for i in clash:
            cut[i] = names[i]
    first: dict[str, Path] = {}
    for id_, (_, path, *_) in zip(cut, found, strict=True):
        other = first.setdefault(id_, path)
        if other is not path:
            raise InputError("input.same_id", id=id_, first=str(other), second=str(path))
    return cut


def _cut(name: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    cuttable = dot + suffix in SUFFIXES and stem and not stem.endswith("/")
    return stem if cuttable else name


def _shown(name: str) -> str:
    """Return a file name that can be written as UTF-8, also when the file system's is not."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")

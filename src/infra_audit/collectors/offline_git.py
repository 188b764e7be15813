"""A revision of a git repository as a folder of files: `REPO@REV`, or a folder inside a repository at a revision.

The blobs are read straight from the object store: nothing is checked out, no hook or filter of the repository runs, and its
attributes can neither hide a file nor change it. Symbolic links and submodules are no files.
"""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from infra_audit.errors import InputError

_BLOBS = ("100644", "100755", "100664")
_SAFE = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "protocol.allow=never")
"""A repository is foreign input, and its own configuration may name programs to run."""


@dataclass(frozen=True, slots=True)
class Blob:
    """One file of a revision."""

    name: str
    """Path below the folder that was named."""
    repository: Path
    object_id: str
    size: int

    def read(self) -> bytes:
        """Return its bytes. Raises OSError when the repository is damaged."""
        done = _git(self.repository, "cat-file", "blob", self.object_id)
        if done.returncode != 0:
            raise OSError
        return done.stdout


@dataclass(frozen=True, slots=True)
class Revision:
    """A commit, and the folder of it that was named."""

    repository: Path
    commit: str
    """Its full id: what HEAD means today does not change what the evidence says."""
    folder: str
    """Path inside the repository: with a slash at its end a folder, without one a file; empty = the whole."""

    def __str__(self) -> str:
        """Return how evidence names it."""
        return f"{self.repository}@{self.commit}"

    def blobs(self) -> list[Blob]:
        """Return the files, by name. Hidden ones are left out, as on disk."""
        listed = _git(
            self.repository,
            "ls-tree",
            "-r",
            "-l",
            "-z",
            "--full-tree",
            self.commit,
            "--",
            *([self.folder] if self.folder else ()),
        )
        found = []
        for entry in listed.stdout.decode("utf-8", "surrogateescape").split("\0"):
            about, _, path = entry.partition("\t")
            words = about.split()
            name = path.removeprefix(self.folder[: self.folder.rfind("/") + 1])
            if len(words) == 4 and words[0] in _BLOBS and not any(part.startswith(".") for part in name.split("/")):
                found.append(Blob(name, self.repository, words[2], int(words[3])))
        return sorted(found, key=lambda blob: blob.name)


def revision(argument: Path) -> Revision | None:
    """Return the revision that an argument names, or None when it names none: it exists, or its part before @ is no repository.

    Raises InputError when the repository has no such revision, or git is not installed.
    """
    before, at, name = str(argument).rpartition("@")
    if not at or not name or argument.exists():
        return None
    named = folder = Path(before or ".")
    while not folder.is_dir():  # a file, or what was there once
        folder = folder.parent
    below = named.relative_to(folder).as_posix()
    try:
        inside = _git(folder, "rev-parse", "--show-prefix")
    except FileNotFoundError as error:
        raise InputError("git.missing", argument=str(argument)) from error
    if inside.returncode != 0:
        return None
    found = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if found.returncode != 0:
        if below != ".":  # as well the name of a file that holds an @ and is not there
            return None
        raise InputError("git.no_revision", repository=str(folder), revision=name)
    commit, path = found.stdout.decode("ascii").strip(), inside.stdout.decode("utf-8", "surrogateescape").strip("\n")
    if below != ".":
        path += below
        kind = _git(folder, "cat-file", "-t", f"{commit}:{path}").stdout.decode("ascii").strip()
        if kind not in ("blob", "tree"):
            raise InputError("git.not_in_revision", repository=str(folder), revision=name, path=path)
        path += "/" if kind == "tree" else ""
    return Revision(folder, commit, path)


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    environment: dict[str, str] = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | {
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "LC_ALL": "C",
    }
    command: Sequence[str] = ["git", *_SAFE, "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, check=False, env=environment)  # noqa: S603 - constant words and ids

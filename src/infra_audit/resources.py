"""The one door to files that are shipped beside the code.

In a wheel they lie under `infra_audit/_data/`; in a checkout (and an editable install of it) at the top of the tree.
`platforms` and `texts` are package data proper and need no door.
"""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

from infra_audit.errors import ResourceError

Kind = Literal["playbooks", "schemas", "inventories"]

_PACKAGED = files("infra_audit") / "_data"
_CHECKOUT = Path(__file__).resolve().parents[2]


def root(kind: Kind) -> Traversable:
    """Return the folder of one kind of shipped files. Raises ResourceError when the installation is broken."""
    packaged = _PACKAGED / kind
    if packaged.is_dir():
        return packaged
    checkout = _CHECKOUT / kind
    if checkout.is_dir() and (_CHECKOUT / "pyproject.toml").is_file():
        return checkout
    raise ResourceError("resource.missing", kind=kind)


def platforms() -> Traversable:
    """Return the folder with one folder per built-in platform."""
    return files("infra_audit") / "platforms"

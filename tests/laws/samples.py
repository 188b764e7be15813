"""Complete configurations of our own, one list for every test that does something to each of them."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_FOLDERS = ("inventories/example-city/devices", "tests/unit/platforms")
_MAIN = ("running-config.txt", "full-configuration.txt", "config.txt", "configuration.txt", "show.txt")


def samples() -> list[Path]:
    """Return the main text of every network device of the example city and of every platform case."""
    found = [p for folder in _FOLDERS for name in _MAIN for p in (ROOT / folder).rglob(name)]
    return sorted(found)


def name(path: Path) -> str:
    """Return a short name for a test id."""
    return "/".join(path.parts[-3:-1])

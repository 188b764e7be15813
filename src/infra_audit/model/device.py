"""What the inventory says of a device."""

from dataclasses import asdict, dataclass
from typing import Any

KINDS = (
    "switch", "router", "firewall", "wireless", "linux-server", "windows-server", "terminal", "appliance",
    "network", "facility", "organisation",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One device or host of an inventory, or a plain file given to `check`. Never holds a secret.

    This is all that a snapshot's inventory.json keeps of a host.
    """

    id: str
    """Inventory name, or the path of a plain file relative to the argument."""
    kind: str | None = None
    """One of KINDS; None when not known."""
    platform: str | None = None
    """Name of a folder under platforms/; None = to be detected."""
    zones: tuple[str, ...] | None = None
    """Zone ids; None = not known, () = known to carry none."""
    roles: tuple[str, ...] | None = None
    importance: str | None = None
    site: str | None = None
    location: str | None = None
    commissioned_on: str | None = None
    """ISO date."""
    classification: str | None = None
    host: str | None = None
    """Address or name used to reach it."""
    port: int | None = None
    connection: str | None = None
    """ansible_connection; `local` means this machine, `network_cli` or None on a network platform means netmiko."""
    groups: tuple[str, ...] | None = None
    """Inventory groups it belongs to, for selections such as `--limit`."""
    allow_login_writes: bool = False
    """The operator accepts that the driver changes session settings stored by the device."""
    source: str = "inventory"
    """Where these values come from: inventory, flag or assumed (provenance `given`)."""
    place: str | None = None
    """The inventory file or argument, for provenance."""

    def to_json(self) -> dict[str, Any]:
        """Return the known fields only."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items() if v is not None}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Device":
        """Read what `to_json` wrote."""
        values = dict(data)
        for name in ("zones", "roles", "groups"):
            if name in values:
                values[name] = tuple(values[name])
        return cls(**values)

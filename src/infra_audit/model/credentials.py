"""How to reach a device. Lives in memory only, between the inventory and a collector."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Connection values of one device. The secrets never show in a representation, a log or a traceback."""

    host: str
    port: int | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    become_password: str | None = field(default=None, repr=False)
    key_file: str | None = None

"""Emulated devices over real SSH on loopback, for the demo and the tests.

    with emulated_city(devices) as city:
        city["core-sw1"]            # its port on 127.0.0.1
        city.received("core-sw1")   # every line it got, in order

Nothing here knows a vendor: how a platform talks is persona.yaml of its folder, what a device answers is given.
A command that is not listed is refused and recorded, so that a record proves that nothing else was sent.
The SSH library is imported only when a city starts (extra `demo`).
"""

from infra_audit.testing.city import City, emulated_city
from infra_audit.testing.device import Behaviour, EmulatedDevice, Kind, Received
from infra_audit.testing.folder import load_devices
from infra_audit.testing.persona import Persona, load

__all__ = [
    "Behaviour",
    "City",
    "EmulatedDevice",
    "Kind",
    "Persona",
    "Received",
    "emulated_city",
    "load",
    "load_devices",
]

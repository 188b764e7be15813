"""Lines that an audit asks for and no template reads: they are never left out as irrelevant, and they cost their area.

Each stands beside lines that are left out for good reason: a filter among the classes of quality of service, a key among the
options of a routing protocol, a limit among the housekeeping.
"""

import pytest

from infra_audit import catalogue
from infra_audit.model.device import Device
from infra_audit.model.evidence import Artifact, Completeness
from infra_audit.model.facts import FactsDocument
from infra_audit.parsers import engine

LINES = [
    ("huawei_vrp", "traffic behavior GUEST", " deny", "interfaces/*/acl_in"),
    ("huawei_vrp", "aaa", " undo user-password complexity-check", "password_policy"),
    ("hp_comware", "traffic behavior GUEST", " filter deny", "interfaces/*/acl_in"),
    ("allied_telesis_awplus", "policy-map GUEST", " default-action deny", "interfaces/*/acl_in"),
    ("cisco_xr", "ethernet-services access-list L2", " 10 deny host 0000.5e00.5301 any", "acls"),
    ("cisco_xr", "hostname RT1", "ssh server enable cipher aes-cbc 3des-cbc", "ssh/ciphers"),
    ("cisco_xr", "hostname RT1", "ssh server disable hmac hmac-sha1", "ssh/macs"),
    ("cisco_asa", "hostname FW1", "failover key himitsu", "interfaces/*/secret_fhrp"),
    ("juniper_junos", "set system host-name RT1", "set system services rest http port 3000", "services/device_apis"),
    ("juniper_junos", "set system host-name RT1", "set system services netconf ssh", "services/device_apis"),
    ("juniper_junos", "set system host-name RT1", "set system login class HOSHU permissions all", "users/*/privileged"),
    ("paloalto_panos", "set deviceconfig system hostname FW1", "set shared local-user-database user kanri disabled no", "users"),
    ("paloalto_panos", "set deviceconfig system hostname FW1", "set shared ssl-tls-service-profile KANRI protocol-settings min-version tls1-0", "http/tls_versions"),
    ("paloalto_panos", "set deviceconfig system hostname FW1", "set deviceconfig system ssl-tls-service-profile KANRI", "http/tls_versions"),
    ("hp_procurve", "vlan 10", "   ip rip authentication-key himitsu", "routing"),
    ("hp_procurve", "vlan 10", "   ip ospf 192.0.2.1 md5-auth-key-chain KAGI", "routing"),
    ("aruba_aoscx", "router ospf 1", "    area 0.0.0.0 virtual-link 192.0.2.9 authentication simple-text himitsu", "routing"),
    ("cisco_nxos", "hostname SW1", "mpls ldp neighbor 192.0.2.9 password himitsu", "routing"),
    ("vyos", "set system host-name 'rt1'", "set service upnp listen 'eth1'", "services/upnp"),
    ("vyos", "set system host-name 'rt1'", "set service config-sync secondary key 'himitsu'", "services"),
    ("vyos", "set system host-name 'rt1'", "set service salt-minion master '192.0.2.60'", "services/cloud_management"),
    ("yamaha", "ip route default gateway pp 1", "user attribute * administrator=off connection=ssh login-timer=300", "users"),
    ("yamaha", "ip route default gateway pp 1", "httpd custom-gui user kanri himitsu directory=kanri index=index.html", "http"),
    ("yamaha", "ip route default gateway pp 1", "ip policy filter 1000 reject * * * *", "interfaces/*/acl_in"),
    ("yamaha", "ip route default gateway pp 1", "ip filter set UCHI in 1000 1001", "acls"),
    ("yamaha", "ip route default gateway pp 1", "ip inbound filter 1001 reject-nolog * * tcp * telnet", "acls"),
    ("checkpoint_gaia", "set hostname fw1", "set password-controls history-checking false", "password_policy/history"),
    ("checkpoint_gaia", "set hostname fw1", "set user kanri shell /bin/bash", "users/*/privileged"),
    ("checkpoint_gaia", "set hostname fw1", "set user kanri uid 0", "users/*/privileged"),
    ("cisco_xr", "mpls ldp", " neighbor 192.0.2.9:0 password encrypted 0212015803161825", "routes"),
    ("arista_eos", "interface Vlan10", "   ip rip authentication mode md5", "routing"),
    ("nec_ix", "interface GigaEthernet0.0", "  ip rip authentication key himitsu", "routing"),
    ("yamaha", "ip route default gateway pp 1", "ip lan1 rip auth key text himitsu", "routing"),
    ("yamaha", "ip route default gateway pp 1", "remote setup accept any", "services"),
    ("vyos", "set system host-name 'rt1'", "set policy route TOUROKU rule 1 action 'drop'", "acls"),
    ("vyos", "set system host-name 'rt1'", "set firewall zone SOTO default-action 'accept'", "acls"),
    ("aruba_aoscx", "hostname SW1", "copp-policy KANRI", "services/control_plane_policing"),
    ("aruba_aoscx", "hostname SW1", "loop-protect vlan 10", "services/loop_detection"),
    ("huawei_vrp", "sysname SW1", "cpu-defend policy KANRI", "services/control_plane_policing"),
    ("huawei_vrp", "interface GigabitEthernet0/0/1", " loopback-detect enable", "services/loop_detection"),
    ("hp_comware", "interface GigabitEthernet1/0/1", " loopback-detection enable vlan 10", "services/loop_detection"),
    ("hp_procurve", "hostname SW1", "loop-protect 1-24", "services/loop_detection"),
    ("hp_procurve", "hostname SW1", "snmpv3 community index 1 name himitsu sec-name kanshi", "snmp"),
    ("hp_procurve", "vlan 10", "   dhcp-snooping", "services/dhcp_snooping_vlans"),
    ("hp_procurve", "vlan 10", "   arp-protect", "services/arp_inspection_vlans"),
    ("yamaha_swx", "hostname SW1", "loop-detect enable", "services/loop_detection"),
    ("juniper_junos", "set system host-name RT1", "set security log stream KIROKU host 192.0.2.30", "logging/hosts"),
]  # fmt: skip
"""Platform, what stands before, the line, and the area that it costs."""


def read(name: str, lines: list[str]) -> FactsDocument:
    platform = catalogue.platforms()[name]
    artifact = Artifact(
        device="d", source=platform.main_source, name="text", lines=tuple(lines), sha256="0", source_sha256="0",
        encoding="utf-8", collector="files", complete=Completeness.YES,
    )  # fmt: skip
    return next(iter(engine.parse(Device(id="d"), [artifact], [], platform)))


@pytest.mark.parametrize(("name", "above", "line", "area"), LINES, ids=[f"{row[0]}: {row[2].strip()}" for row in LINES])
def test_a_line_that_matters_costs_its_area(name: str, above: str, line: str, area: str) -> None:
    document = read(name, [above, line])
    assert [(entry.line, entry.list) for entry in document.ignored if entry.line == 2] == [(2, "not_parsed_yet")]
    entries = catalogue.platforms()[name].data["ignore"]["not_parsed_yet"]
    (shown,) = (entry.pattern for entry in document.ignored if entry.line == 2)
    assert area in {entry["area"] for entry in entries if shown in (entry.get("pattern"), entry.get("section"))}

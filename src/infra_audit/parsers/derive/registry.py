"""All derive steps by the name that platform.yaml uses."""

from collections.abc import Mapping

from infra_audit.parsers.derive import Step
from infra_audit.parsers.derive.accounts import ACCOUNTS, PAM_STACK, PASSWORD_CLASSES, PASSWORD_POLICY, SUDO_COMMANDS
from infra_audit.parsers.derive.acls import ALLOWED_SOURCES, APPLIED_TO, DEFINED, PERMITS_ANY
from infra_audit.parsers.derive.administrators import SUDO_ADMINISTRATORS
from infra_audit.parsers.derive.clock import CLOCK_OFFSET
from infra_audit.parsers.derive.gateways import GATEWAY_REDUNDANT
from infra_audit.parsers.derive.join import JOIN
from infra_audit.parsers.derive.line_sources import LINE_SOURCES
from infra_audit.parsers.derive.login import AAA_LOGIN
from infra_audit.parsers.derive.mapping import JOINED, LAST_IS, MAP
from infra_audit.parsers.derive.objects import OBJECT_ADDRESSES, POLICY_EXPIRY, SECOND_FACTOR, ZONE_MEMBERS
from infra_audit.parsers.derive.offers import OFFERS
from infra_audit.parsers.derive.openings import ACL_RANGES, INSPECTIONS, POLICY_RANGES
from infra_audit.parsers.derive.permissions import EXCESS_MODE, PERMISSION_BITS
from infra_audit.parsers.derive.policies import (
    NAT_ORDER,
    NAT_RULE_SETS,
    POLICY_ANY,
    POLICY_OBJECTS,
    POLICY_ORDER,
    POLICY_PROFILES,
)
from infra_audit.parsers.derive.port_mode import PORT_MODE
from infra_audit.parsers.derive.ports import BPDU_GUARD, BUNDLE, EDGE, LOOP_STOPPED, SUBINTERFACE
from infra_audit.parsers.derive.presence import ALL_TRUE, ANY_CONTAINS, ANY_ITEM, ANY_TRUE
from infra_audit.parsers.derive.reach import HOST_ACCESS, PROFILE_ACCESS, REACHABLE_FROM, REACHABLE_SERVER
from infra_audit.parsers.derive.reporting import ALARMS, LOG_SOURCE
from infra_audit.parsers.derive.routing import ROUTING_LINKS, ROUTING_NEIGHBOURS
from infra_audit.parsers.derive.servers import ANY_WHERE, IS_SET, LOOPBACK, OPTION_FLAGS, TO_NUMBER
from infra_audit.parsers.derive.shadows import ACL_CONFLICTS, FILTER_CONFLICTS, POLICY_CONFLICTS
from infra_audit.parsers.derive.texts import SAME_TEXT
from infra_audit.parsers.derive.tunnels import PROPOSALS_IN_USE, TUNNEL_PROFILES
from infra_audit.parsers.derive.vlans import INTERFACE_TYPE, UNCHECKED_VLANS, VLAN_PORTS, VLAN_RANGES
from infra_audit.parsers.derive.wireless import WIRELESS_MODES

STEPS: Mapping[str, Step] = {
    "aaa_login": AAA_LOGIN,
    "accounts": ACCOUNTS,
    "acl_conflicts": ACL_CONFLICTS,
    "filter_conflicts": FILTER_CONFLICTS,
    "acl_port_ranges": ACL_RANGES,
    "policy_port_ranges": POLICY_RANGES,
    "inspections": INSPECTIONS,
    "policy_conflicts": POLICY_CONFLICTS,
    "acl_applied_to": APPLIED_TO,
    "acl_defined": DEFINED,
    "acl_permits_any": PERMITS_ANY,
    "all_true": ALL_TRUE,
    "allowed_sources": ALLOWED_SOURCES,
    "any_contains": ANY_CONTAINS,
    "any_item": ANY_ITEM,
    "any_true": ANY_TRUE,
    "bpdu_guard": BPDU_GUARD,
    "bundle": BUNDLE,
    "clock_offset": CLOCK_OFFSET,
    "edge": EDGE,
    "excess_mode": EXCESS_MODE,
    "gateway_redundant": GATEWAY_REDUNDANT,
    "host_access": HOST_ACCESS,
    "join": JOIN,
    "joined": JOINED,
    "last_is": LAST_IS,
    "line_sources": LINE_SOURCES,
    "map": MAP,
    "copy": MAP,
    "nat_order": NAT_ORDER,
    "nat_rule_sets": NAT_RULE_SETS,
    "object_addresses": OBJECT_ADDRESSES,
    "policy_any": POLICY_ANY,
    "policy_objects": POLICY_OBJECTS,
    "policy_order": POLICY_ORDER,
    "policy_profiles": POLICY_PROFILES,
    "policy_expiry": POLICY_EXPIRY,
    "profile_access": PROFILE_ACCESS,
    "reachable_from": REACHABLE_FROM,
    "reachable_server": REACHABLE_SERVER,
    "port_mode": PORT_MODE,
    "remote_access_factor": SECOND_FACTOR,
    "alarms_sent": ALARMS,
    "log_source": LOG_SOURCE,
    "unchecked_vlans": UNCHECKED_VLANS,
    "routing_links": ROUTING_LINKS,
    "routing_neighbours": ROUTING_NEIGHBOURS,
    "same_text": SAME_TEXT,
    "subinterface": SUBINTERFACE,
    "any_where": ANY_WHERE,
    "is_set": IS_SET,
    "loop_stopped": LOOP_STOPPED,
    "loopback": LOOPBACK,
    "option_flags": OPTION_FLAGS,
    "pam_stack": PAM_STACK,
    "password_classes": PASSWORD_CLASSES,
    "password_policy": PASSWORD_POLICY,
    "permission_bits": PERMISSION_BITS,
    "proposals_in_use": PROPOSALS_IN_USE,
    "sudo_administrators": SUDO_ADMINISTRATORS,
    "sudo_commands": SUDO_COMMANDS,
    "to_number": TO_NUMBER,
    "vlan_ports": VLAN_PORTS,
    "vlan_ranges": VLAN_RANGES,
    "interface_type": INTERFACE_TYPE,
    "tunnel_profiles": TUNNEL_PROFILES,
    "vpn_offers": OFFERS,
    "wireless_modes": WIRELESS_MODES,
    "zone_members": ZONE_MEMBERS,
}

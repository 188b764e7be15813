"""All joins, in the order in which they are run: a later one may read what an earlier one added."""

from infra_audit.registers.joins import Join, accounts, assets, outside, policies, segments, services, software, support

JOINS: tuple[Join, ...] = (
    *segments.JOINS,
    *accounts.JOINS,
    *assets.JOINS,
    *outside.JOINS,
    *policies.JOINS,
    *support.JOINS,
    *software.JOINS,
    *services.JOINS,
)

"""Groups, hosts and whose variables are whose, from what ansible-inventory lists."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class Tree:
    """An inventory: `merged` as Ansible gives it to plays, `own` with the variables where they are written."""

    merged: Mapping[str, Any]
    own: Mapping[str, Any]

    @cached_property
    def hosts(self) -> dict[str, Mapping[str, Any]]:
        """Return the merged variables of every host, sorted by name."""
        variables = self.merged.get("_meta", {}).get("hostvars", {})
        names = {host for group in self._groups(self.merged).values() for host in group.get("hosts", ())}
        return {name: variables.get(name, {}) for name in sorted(names | set(variables))}

    @cached_property
    def group_variables(self) -> dict[str, Mapping[str, Any]]:
        """Return each group's own variables."""
        return {name: group["vars"] for name, group in self._groups(self.own).items() if group.get("vars")}

    @cached_property
    def host_variables(self) -> dict[str, Mapping[str, Any]]:
        """Return each host's own variables, without those of its groups."""
        own: dict[str, Mapping[str, Any]] = self.own.get("_meta", {}).get("hostvars", {})
        return own

    @cached_property
    def _parents(self) -> dict[str, set[str]]:
        parents: dict[str, set[str]] = {}
        for name, group in self._groups(self.merged).items():
            for child in group.get("children", ()):
                parents.setdefault(child, set()).add(name)
        return parents

    def ancestors(self, group: str) -> set[str]:
        """Return all groups above a group."""
        found: set[str] = set()
        waiting = [group]
        while waiting:
            above = self._parents.get(waiting.pop(), set()) - found
            found |= above
            waiting += above
        return found

    def groups_of(self, host: str) -> tuple[str, ...]:
        """Return the groups a host is in, directly or through a child group, sorted, without `all`."""
        direct = {name for name, group in self._groups(self.merged).items() if host in group.get("hosts", ())}
        found = direct.union(*(self.ancestors(name) for name in direct))
        return tuple(sorted(found - {"all", "ungrouped"}))

    def conflict(self, host: str, variable: str) -> dict[str, Any]:
        """Return the groups that set a variable to different values for a host that has none of its own.

        Ansible takes the alphabetically last of them in silence. A group below another one overrides it by right.
        """
        if variable in self.host_variables.get(host, {}):
            return {}
        groups = [name for name in self.groups_of(host) if variable in self.group_variables.get(name, {})]
        above = set().union(*(self.ancestors(name) for name in groups))
        values = {name: self.group_variables[name][variable] for name in groups if name not in above}
        different = {json.dumps(sorted(v) if isinstance(v, list) else v, ensure_ascii=False) for v in values.values()}
        return values if len(different) > 1 else {}

    @staticmethod
    def _groups(data: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
        return {name: group for name, group in data.items() if name != "_meta"}

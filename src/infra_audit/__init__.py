"""infra_audit: from configurations to facts, verdicts and evidence.

Every verdict is a chain that can be walked in both directions: policy clause, standard clause, rule, fact, lines of a
hashed artefact. The stages are packages in the order of the data flow; ARCHITECTURE.md is the map.
"""

__version__ = "0.1.0"

__all__ = ["__version__"]

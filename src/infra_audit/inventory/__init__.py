"""Inventories: what is audited and how it is reached, read by Ansible itself."""

"""A ledger of equipment (機器台帳) as a municipality keeps it, into an Ansible inventory."""

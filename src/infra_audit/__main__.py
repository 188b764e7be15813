"""`python -m infra_audit`: the same as the command `infra-audit`."""

import sys

from infra_audit.cli import main

if __name__ == "__main__":
    sys.exit(main())

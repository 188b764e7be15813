"""The command line: thin, one module a command."""


def main() -> int:
    """Run the command line."""
    return 0

"""Everything that can stop a run.

    InfraAuditError            code, fields -> message and hint from texts/errors.yaml; exit code
    ├─ UsageError              2   a flag or argument that makes no sense
    ├─ InputError              4   bad input from a person; one line: file, place, what, what to do
    │  ├─ ConfigError              infra-audit.yaml
    │  ├─ InventoryError           inventory, host or group
    │  ├─ PlatformError            platform.yaml or a template
    │  ├─ BaselineError            rule file, standard, parameter file
    │  └─ RegisterError            a register or the zone map
    ├─ IntegrityError          5   a manifest or hash does not verify
    ├─ ResourceError           70  a shipped file is missing
    └─ RegistryError           70  an unknown or doubled extension

One bad device, file, line or rule is not an error but data (`NotCollected`, `Problem`): it never stops the rest.
The texts live in `texts/errors.yaml`, in Japanese and English; an exception carries only a code and fields, so that the
same error can be shown in either language. No field may hold a secret or the text of a configuration.
"""

from typing import ClassVar


class InfraAuditError(Exception):
    """Base of all errors that end a run."""

    exit_code: ClassVar[int] = 70

    def __init__(self, code: str, /, **fields: object) -> None:
        """`code` names the text in texts/errors.yaml; `fields` fill its places."""
        super().__init__(code)
        self.code = code
        self.fields = fields
        self.others: tuple[InfraAuditError, ...] = ()
        """What else is wrong, told with it."""

    def __str__(self) -> str:
        """For logs and tests; a person is shown the text of the code instead."""
        return f"{self.code} {self.fields}" if self.fields else self.code


class UsageError(InfraAuditError):
    """A flag or argument that makes no sense."""

    exit_code = 2


class InputError(InfraAuditError):
    """Bad input written by a person: names file, place, what is wrong and what to do."""

    exit_code = 4


class ConfigError(InputError):
    """infra-audit.yaml is wrong."""


class InventoryError(InputError):
    """The inventory is wrong: names inventory, host or group."""


class PlatformError(InputError):
    """A platform.yaml or a section template is wrong."""


class BaselineError(InputError):
    """A rule file, standard or parameter file is wrong."""


class RegisterError(InputError):
    """A register or the zone map is wrong."""


class IntegrityError(InfraAuditError):
    """A manifest, hash or signature does not verify."""

    exit_code = 5


class ResourceError(InfraAuditError):
    """A file that is shipped with the package is missing: a broken installation."""


class RegistryError(InfraAuditError):
    """An extension is unknown, or two carry one name."""

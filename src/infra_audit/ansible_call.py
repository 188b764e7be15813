"""The one door to Ansible: every call of ansible-runner goes through here, with one environment.

Ansible and ansible-runner leave files behind: decrypted variables, events with what a host said. Each call therefore gets a
private folder of its own (see private_folder.py), and nothing that the user's ansible.cfg switches on may write elsewhere.
"""

import configparser
import contextlib
import os
import stat
import sys
import sysconfig
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra_audit import resources
from infra_audit.errors import UsageError
from infra_audit.private_folder import PRIVATE, end_processes, private_folder

INVENTORY_TIMEOUT_SECONDS = 120
"""An inventory plugin that hangs ends here."""
POLL_SECONDS = 0.5
"""How often a running play looks whether it shall stop; the runner's own 5 seconds are too long for Ctrl-C."""
_MESSAGE_LIMIT = 65536

Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vault:
    """How encrypted variables are opened. Nothing of it is ever asked for on a terminal."""

    password_file: Path | None = None
    ids: tuple[str, ...] = ()
    """`label@file`, or a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What ansible-inventory said: variables merged by Ansible, and each group's and host's own ones."""

    merged: Mapping[str, Any] | None
    own: Mapping[str, Any] | None
    message: str
    """Ansible's words when it could not; may hold inventory text, so never show it."""


def sources(inventory: Path | Sequence[Path]) -> list[Path]:
    """Return the inventories as absolute paths; Ansible runs in another folder."""
    paths = [inventory] if isinstance(inventory, Path) else list(inventory)
    return [path.absolute() for path in paths]


def listing(inventories: Sequence[Path], vault: Vault) -> Listing:
    """Ask Ansible for hosts, groups and variables, not templated, inline vaults not opened. Changes nothing.

    Raises UsageError where Ansible is not installed.
    """
    _runner()
    with private_folder() as folder, _scripts_on_path():
        with ThreadPoolExecutor(max_workers=2) as pool:
            calls = [pool.submit(_list, folder, inventories, vault, own=own) for own in (False, True)]
            (merged, message), (own, _) = (call.result() for call in calls)
        return Listing(merged=merged, own=own, message=message)


def play(
    playbook: str,
    inventories: Sequence[Path],
    hosts: Sequence[str],
    vault: Vault,
    *,
    on_event: Callable[[Event], None],
    cancelled: Callable[[], bool] = lambda: False,
    variables: Mapping[str, Any] | None = None,
    settings: Mapping[str, str] | None = None,
    forks: int = 5,
    timeout_seconds: int | None = None,
) -> str:
    """Run a shipped playbook on some hosts; blocks until it ended or `cancelled` says so.

    `on_event` gets every event of the run while it runs and keeps what it needs: nothing stays on disk. `settings` are
    further environment variables. Returns what Ansible said outside of tasks, such as why it did not begin; it may hold
    inventory text, so never show it. Raises UsageError where Ansible is not installed.
    """
    runner = _runner()
    said: list[str] = []
    with private_folder() as folder:

        def handle(event: Event) -> bool:
            if event.get("event") == "verbose":
                said.append(str(event.get("stdout", "")))
                del said[: -_MESSAGE_LIMIT // 80]
            on_event(event)
            return False

        def stop() -> bool:
            if not cancelled():
                return False
            end_processes(folder)
            return True

        limit = folder / "hosts"
        limit.write_text("\n".join(hosts) + "\n", encoding="utf-8")
        runner.run(
            private_data_dir=str(folder),
            playbook=str(resources.root("playbooks") / playbook),
            inventory=[str(path) for path in inventories],
            limit=f"@{limit}",
            forks=forks,
            extravars=dict(variables or {}),
            envvars=environment(folder, vault, settings),
            settings={"pexpect_timeout": POLL_SECONDS, "suppress_output_file": True, "suppress_ansible_output": True},
            timeout=timeout_seconds,
            passwords={r"(?i)pass(word|phrase)[^\n]*:\s*?$": ""},  # what should ask in spite of all gets no answer
            quiet=True,
            event_handler=handle,
            cancel_callback=stop,
        )
    return "\n".join(said)


def environment(folder: Path, vault: Vault, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return what every Ansible call finds in its environment, over our own. `folder` is the private folder."""
    config = _user_config()
    values = {
        "PATH": os.pathsep.join([*_script_folders(), os.environ.get("PATH", os.defpath)]),
        "LC_ALL": "C.UTF-8",  # Ansible demands UTF-8, and causes are read from English messages
        "ANSIBLE_CONFIG": str(config or _empty_config(folder)),
        PRIVATE: str(folder),
        "ANSIBLE_HOME": str(folder / "home"),
        "ANSIBLE_LOCAL_TEMP": str(folder / "home" / "tmp"),
        "ANSIBLE_SSH_CONTROL_PATH_DIR": str(folder / "cp"),
        "ANSIBLE_SSH_USETTY": "0",  # a terminal would turn line ends into CRLF and mix in standard error
        "ANSIBLE_HOST_KEY_CHECKING": "True",
        "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "True",
        "ANSIBLE_DUPLICATE_YAML_DICT_KEY": "error",
        # What an ansible.cfg may switch on and what would then keep or show what a host said:
        "ANSIBLE_LOG_PATH": os.devnull,
        "ANSIBLE_CALLBACKS_ENABLED": "ansible.builtin.minimal",  # none: it only serves as standard output, which is taken
        "ANSIBLE_CALLBACK_PLUGINS": "",
        "ANSIBLE_INVENTORY_CACHE": "False",
        "ANSIBLE_CACHE_PLUGIN": "memory",
        "ANSIBLE_NOCOLOR": "1",
        # Never a question in a run:
        "ANSIBLE_ASK_PASS": "False",
        "ANSIBLE_ASK_VAULT_PASS": "False",
        "ANSIBLE_BECOME_ASK_PASS": "False",
    }
    password_file = vault.password_file or os.environ.get("ANSIBLE_VAULT_PASSWORD_FILE")
    if password_file:
        values["ANSIBLE_VAULT_PASSWORD_FILE"] = str(Path(password_file).expanduser().absolute())
    ids = vault.ids or _configured_ids(config)
    if ids:
        values["ANSIBLE_VAULT_IDENTITY_LIST"] = ",".join(_absolute_id(i) for i in ids if not asks(i))
    return {**values, **(more or {})}


def _list(
    folder: Path, inventories: Sequence[Path], vault: Vault, *, own: bool
) -> tuple[Mapping[str, Any] | None, str]:
    private = folder / ("own" if own else "merged")
    private.mkdir(mode=0o700)
    try:
        found, message = _runner().get_inventory(
            action="list",
            inventories=[str(path) for path in inventories],
            response_format="json",
            export=own,
            private_data_dir=str(private),
            envvars=environment(folder, vault),
            timeout=INVENTORY_TIMEOUT_SECONDS,
            quiet=True,
        )
    except ValueError as error:  # its answer was no JSON
        return None, type(error).__name__
    return (found if isinstance(found, dict) else None), str(message)


def _runner() -> Any:
    try:
        import ansible_runner
    except ImportError as error:
        raise UsageError("ansible.missing") from error
    return ansible_runner


@contextlib.contextmanager
def _scripts_on_path() -> Iterator[None]:
    """`get_inventory` looks for the program in our own PATH, whatever environment it is given."""
    before = os.environ.get("PATH", os.defpath)
    os.environ["PATH"] = os.pathsep.join([*_script_folders(), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before


def _script_folders() -> list[str]:
    """Where ansible's programs lie although nobody activated the virtual environment."""
    return list(dict.fromkeys([str(Path(sys.executable).parent), sysconfig.get_path("scripts")]))


def _user_config() -> Path | None:
    """Return the ansible.cfg that Ansible itself would take from here; one in a folder open to all is not trusted."""
    named = os.environ.get("ANSIBLE_CONFIG")
    here = Path.cwd()
    candidates = [Path(named).expanduser()] if named else []
    if not here.stat().st_mode & stat.S_IWOTH:
        candidates.append(here / "ansible.cfg")
    candidates += [Path.home() / ".ansible.cfg", Path("/etc/ansible/ansible.cfg")]
    for path in candidates:
        file = path / "ansible.cfg" if path.is_dir() else path
        if file.is_file() and os.access(file, os.R_OK):
            return file.absolute()
    return None


def _empty_config(folder: Path) -> Path:
    path = folder / "ansible.cfg"
    path.touch()
    return path


def asks(vault_id: str) -> bool:
    """Whether a vault id stands for a question on the terminal."""
    return vault_id.rpartition("@")[2].startswith("prompt")


def _configured_ids(config: Path | None) -> tuple[str, ...]:
    """Return the vault ids that the user's environment or ansible.cfg names, so that those which ask can be left out."""
    text = os.environ.get("ANSIBLE_VAULT_IDENTITY_LIST")
    if text is None and config is not None:
        parser = configparser.ConfigParser(interpolation=None, strict=False, inline_comment_prefixes=(";",))
        with contextlib.suppress(configparser.Error, OSError, UnicodeDecodeError):  # Ansible itself complains of it
            parser.read(config, encoding="utf-8")
            text = parser.get("defaults", "vault_identity_list", fallback=None)
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def _absolute_id(name: str) -> str:
    label, at, source = name.rpartition("@")
    return f"{label}{at}{Path(source).expanduser().absolute()}"

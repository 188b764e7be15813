"""The environment and the private folder of every Ansible call."""

import os
import sys
import tempfile
from pathlib import Path

import pytest

from infra_audit.ansible_call import Vault, environment
from infra_audit.errors import UsageError
from infra_audit.inventory.ansible import read
from infra_audit.private_folder import PREFIX, private_folder, remove_leftovers


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary folder, a home and a working folder of our own."""
    for name in ("tmp", "home", "site"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("ANSIBLE_CONFIG", "ANSIBLE_VAULT_PASSWORD_FILE", "ANSIBLE_VAULT_IDENTITY_LIST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.chdir(tmp_path / "site")
    return tmp_path


def test_programs_are_found_without_an_activated_environment(place: Path) -> None:
    path = environment(place, Vault())["PATH"].split(os.pathsep)
    assert path[0] == str(Path(sys.executable).parent)
    assert (Path(path[0]) / "ansible-playbook").exists()


def test_nothing_is_written_outside_the_private_folder(place: Path) -> None:
    values = environment(place, Vault())
    for name in ("ANSIBLE_HOME", "ANSIBLE_LOCAL_TEMP", "ANSIBLE_SSH_CONTROL_PATH_DIR", "ANSIBLE_CONFIG"):
        assert Path(values[name]).is_relative_to(place)
    assert values["ANSIBLE_LOG_PATH"] == os.devnull


def test_host_keys_are_checked_and_no_terminal_is_asked_for(place: Path) -> None:
    values = environment(place, Vault())
    assert (values["ANSIBLE_HOST_KEY_CHECKING"], values["ANSIBLE_SSH_USETTY"]) == ("True", "0")
    assert values["LC_ALL"] == "C.UTF-8"


def test_the_config_of_the_user_is_taken_in_the_order_of_ansible(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def taken() -> str:
        return environment(place, Vault())["ANSIBLE_CONFIG"]

    assert taken() == str(place / "ansible.cfg"), "an empty one, if there is none"
    (place / "home" / ".ansible.cfg").touch()
    assert taken() == str(place / "home" / ".ansible.cfg")
    (place / "site" / "ansible.cfg").touch()
    assert taken() == str(place / "site" / "ansible.cfg")
    (place / "site").chmod(0o777)
    assert taken() == str(place / "home" / ".ansible.cfg"), "anybody could have written the other one"
    (place / "named.cfg").touch()
    monkeypatch.setenv("ANSIBLE_CONFIG", str(place / "named.cfg"))
    assert taken() == str(place / "named.cfg")


def test_vault_passwords_are_named_absolutely(place: Path) -> None:
    values = environment(place, Vault(password_file=Path("password"), ids=("prod@keys/prod.sh", "keys/plain")))
    work = place / "site"
    assert values["ANSIBLE_VAULT_PASSWORD_FILE"] == str(work / "password")
    assert values["ANSIBLE_VAULT_IDENTITY_LIST"] == f"prod@{work}/keys/prod.sh,{work}/keys/plain"


def test_a_configuration_that_asks_does_not(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "home" / ".ansible.cfg").write_text(
        "[defaults]\nask_vault_pass = true\nvault_identity_list = prod@prompt, dev@keys/dev\n"
    )
    values = environment(place, Vault())
    assert values["ANSIBLE_ASK_VAULT_PASS"] == "False"
    assert values["ANSIBLE_VAULT_IDENTITY_LIST"] == f"dev@{place}/site/keys/dev"
    monkeypatch.setenv("ANSIBLE_VAULT_IDENTITY_LIST", "prod@prompt_ask_vault_pass")
    monkeypatch.setenv("ANSIBLE_VAULT_PASSWORD_FILE", "password")
    values = environment(place, Vault())
    assert values["ANSIBLE_VAULT_IDENTITY_LIST"] == ""
    assert values["ANSIBLE_VAULT_PASSWORD_FILE"] == str(place / "site" / "password")


def test_the_private_folder_goes_in_any_case(place: Path) -> None:
    def use() -> None:
        with private_folder() as folder:
            assert folder.stat().st_mode & 0o777 == 0o700
            (folder / "secret").touch()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        use()
    assert not list((place / "tmp").iterdir())


def test_folders_of_living_runs_and_of_others_stay(place: Path) -> None:
    stranger = place / "tmp" / "somebody-elses"
    stranger.mkdir()
    new = place / "tmp" / f"{PREFIX}just-made"
    new.mkdir()
    with private_folder() as living:
        assert remove_leftovers() == []
        assert living.exists()
    assert stranger.exists()
    assert new.exists(), "its lock may come in a moment"
    os.utime(new, (0, 0))
    assert remove_leftovers() == [new]


def test_without_ansible(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ansible_runner", None)
    with pytest.raises(UsageError) as caught:
        read(place, platforms={})
    assert (caught.value.code, caught.value.exit_code) == ("ansible.missing", 2)

"""A real OpenSSH server on loopback as a target, with keys that log in as they are told."""

import getpass
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SSHD = shutil.which("sshd") or next(
    (p for p in ("/usr/sbin/sshd", "/usr/local/sbin/sshd") if os.access(p, os.X_OK)), None
)
WHY_NOT = "no sshd (Debian: openssh-server) on this machine"


class Sshd:
    """One server; `folder` can be entered by every account, as sshd reads authorized keys as the one who logs in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.known_hosts = folder / "known_hosts"
        self._authorized = folder / "authorized_keys"
        self._authorized.touch(0o644)
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._key(folder / "host_key")
        self.trust()

    def start(self) -> None:
        assert SSHD is not None
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)
        config = self.folder / "sshd_config"
        config.write_text(
            f"ListenAddress 127.0.0.1\nPort {self.port}\nHostKey {self.folder}/host_key\nPidFile none\n"
            f"AuthorizedKeysFile {self._authorized}\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n"
            "KbdInteractiveAuthentication no\nPermitRootLogin yes\nMaxStartups 100\nMaxSessions 100\nPrintMotd no\n"
        )
        self._process = subprocess.Popen([SSHD, "-D", "-e", "-f", str(config)], stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise TimeoutError("sshd did not start")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def change_host_key(self) -> None:
        """Take a new host key, as a replaced or a forged machine would."""
        self.stop()
        self._key(self.folder / "host_key")
        self.start()

    def trust(self) -> None:
        """Write the present host key into `known_hosts`."""
        public = (self.folder / "host_key.pub").read_text().split()
        self.known_hosts.write_text(f"[127.0.0.1]:{self.port} {public[0]} {public[1]}\n")

    def key(self, name: str, command: str | None = None, *, authorised: bool = True) -> Path:
        """Make a key. With `command`, a login by it runs that instead of what was asked for."""
        path = self.folder / name
        self._key(path)
        if authorised:
            option = ""
            if command is not None:
                script = self.folder / f"{name}.sh"
                script.write_text(command)
                script.chmod(0o755)
                option = f'command="/bin/sh {script}" '
            with self._authorized.open("a") as file:
                file.write(option + path.with_name(f"{name}.pub").read_text())
        return path

    def host(self, key: Path, **more: object) -> dict[str, object]:
        """Return the inventory variables of one host on this server."""
        return {
            "ansible_host": "127.0.0.1", "ansible_port": self.port, "ansible_user": getpass.getuser(),
            "ansible_ssh_private_key_file": str(key), "ansible_ssh_extra_args": "-F none", **more,
        }  # fmt: skip

    @staticmethod
    def _key(path: Path) -> None:
        path.unlink(missing_ok=True)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)


@contextmanager
def running() -> Iterator[Sshd]:
    """Start a server in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="infra-audit-test-sshd-"))
    folder.chmod(0o755)
    server = Sshd(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def account(name: str) -> Iterator[pwd.struct_passwd]:
    """Make an ordinary account for as long as needed; needs root."""
    home = tempfile.mkdtemp(prefix="infra-audit-test-home-")
    subprocess.run(
        ["useradd", "--no-create-home", "--home-dir", home, "--shell", "/bin/sh", "--password", "*", name], check=True
    )
    try:
        entry = pwd.getpwnam(name)
        os.chown(home, entry.pw_uid, entry.pw_gid)
        yield entry
    finally:
        subprocess.run(["pkill", "-KILL", "-U", name], check=False)
        subprocess.run(["userdel", name], check=False, stderr=subprocess.DEVNULL)
        shutil.rmtree(home, ignore_errors=True)

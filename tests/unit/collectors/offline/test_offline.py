"""Plain files: which there are, what they are called, and what a bad one says."""

import hashlib
import os
import threading
from pathlib import Path

import pytest

from infra_audit import catalogue
from infra_audit.collectors import offline
from infra_audit.errors import InputError
from infra_audit.model.evidence import Collection, Completeness
from infra_audit.model.reason import Reason
from infra_audit.texts import catalogue as texts

CONFIG = b"version 15.2\nhostname sw1\nend\n"


class Nobody:
    """Observer that only counts."""

    def __init__(self) -> None:
        self.ended: list[tuple[str, str | None]] = []

    def started(self, device: str) -> None:
        """Nothing to do."""

    def finished(self, device: str, reason: Reason | None) -> None:
        self.ended.append((device, reason.code if reason else None))


def collect(
    *paths: Path,
    complete: bool = False,
    platform: str | None = None,
    cancel: bool = False,
    observer: Nobody | None = None,
) -> list[Collection]:
    event = threading.Event()
    if cancel:
        event.set()
    return list(
        offline.collect(
            paths,
            platforms=catalogue.platforms(),
            platform=platform,
            complete=complete,
            observer=observer or Nobody(),
            cancel=event,
        )
    )


def write(root: Path, *names: str, data: bytes = CONFIG) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)


def ids(*paths: Path) -> list[str]:
    return [c.device.id for c in collect(*paths)]


def reasons(root: Path) -> dict[str, str | None]:
    return {c.device.id: c.missing[0].reason.code if c.missing else None for c in collect(root)}


def test_a_single_file(tmp_path: Path) -> None:
    write(tmp_path, "core.cfg")
    (found,) = collect(tmp_path / "core.cfg")
    assert found.device.id == "core"
    assert found.device.platform is None
    (artifact,) = found.artifacts
    assert (artifact.name, artifact.source, artifact.data, artifact.collector) == ("core.cfg", None, CONFIG, "files")
    assert (artifact.complete, artifact.complete_reason.code) == (Completeness.UNKNOWN, "complete.unknown")


def test_the_word_of_the_operator_makes_it_complete(tmp_path: Path) -> None:
    write(tmp_path, "core.cfg")
    (found,) = collect(tmp_path / "core.cfg", complete=True)
    assert found.artifacts[0].complete is Completeness.YES
    assert found.artifacts[0].complete_reason == Reason("complete.operator")


def test_a_folder_is_read_in_order_and_hidden_names_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, "b/sw.cfg", "a/sw.cfg", "a/.hidden", ".git/config", "z.conf", "CVS/Entries")
    assert ids(tmp_path) == ["a/sw", "b/sw", "z"]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["10.0.0.1", "10.0.0.2"], ["10.0.0.1", "10.0.0.2"]),
        (["sw1.city.example.jp", "sw2.city.example.jp.cfg"], ["sw1.city.example.jp", "sw2.city.example.jp"]),
        (["core.cfg", "core.txt"], ["core.cfg", "core.txt"]),
        (["core", "core.cfg"], ["core", "core.cfg"]),
        (["a.cfg.txt", "a.cfg", "a.txt"], ["a.cfg", "a.cfg.txt", "a.txt"]),
        (["x.yaml", "y.XML", "z.json"], ["x.yaml", "y.XML", "z"]),
    ],
)
def test_only_known_suffixes_are_cut_and_never_into_equal_ids(
    tmp_path: Path, names: list[str], expected: list[str]
) -> None:
    write(tmp_path, *names)
    assert sorted(ids(tmp_path)) == expected


def test_several_arguments_are_told_apart_by_their_names(tmp_path: Path) -> None:
    write(tmp_path, "siteA/core.cfg", "siteB/core.cfg")
    assert ids(tmp_path / "siteB", tmp_path / "siteA") == ["siteB/core", "siteA/core"]


def test_equal_ids_are_an_error_of_the_caller(tmp_path: Path) -> None:
    write(tmp_path, "a/core.cfg", "b/core.cfg")
    with pytest.raises(InputError) as caught:
        collect(tmp_path / "a/core.cfg", tmp_path / "b/core.cfg")
    assert (caught.value.code, caught.value.exit_code) == ("input.same_id", 4)
    assert caught.value.fields["id"] == "core.cfg"


def test_a_backup_tool_keeps_its_list_beside_the_devices(tmp_path: Path) -> None:
    write(tmp_path, "router.db", "routers.up", "configs/sw1.city.example.jp", "configs/.cvsignore")
    assert ids(tmp_path) == ["configs/sw1.city.example.jp"]


def test_one_bad_file_never_stops_the_rest(tmp_path: Path) -> None:
    write(tmp_path, "good.cfg")
    write(tmp_path, "empty.cfg", data=b"")
    write(tmp_path, "blank.cfg", data=b"\xef\xbb\xbf\r\n\r\n")
    (tmp_path / "broken.cfg").symlink_to("nowhere")
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "huge.cfg").open("wb") as file:
        file.truncate(offline.LIMIT_BYTES + 1)
    assert reasons(tmp_path) == {
        "blank": "collect.file_empty",
        "broken": "collect.file_unreadable",
        "empty": "collect.file_empty",
        "good": None,
        "huge": "collect.file_too_large",
        "loop": "collect.file_unreadable",
        "pipe": "collect.not_a_file",
    }


def test_what_may_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Permissions are simulated, as the tests may run as root, who may read everything."""
    write(tmp_path, "good.cfg", "closed.cfg", "shut/in.cfg")
    access, read = os.access, Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name == "closed.cfg":
            raise PermissionError
        return read(path)

    monkeypatch.setattr(os, "access", lambda path, mode: path.name != "shut" and access(path, mode))
    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert reasons(tmp_path) == {"closed": "collect.file_unreadable", "good": None, "shut": "collect.file_unreadable"}


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    write(tmp_path, "a/sw.cfg")
    (tmp_path / "a/up").symlink_to(tmp_path)
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert ids(tmp_path) == ["a/sw", "b/sw"]


@pytest.mark.parametrize(("name", "code"), [("nothing", "input.not_found"), ("empty", "input.no_files")])
def test_a_bad_argument_is_an_error(tmp_path: Path, name: str, code: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError) as caught:
        collect(tmp_path / name)
    assert caught.value.code == code


def test_a_name_in_another_character_set_can_be_written(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\x91\x8b.cfg")).write_bytes(CONFIG)
    (found,) = ids(tmp_path)
    assert found.encode("utf-8") == rb"\x91\x8b"


def test_a_log_gives_an_artefact_for_each_answer(tmp_path: Path) -> None:
    data = b"sw1#sh ver\nCisco IOS Software, Version 15.2(7)E4\nsw1#sh run\nhostname sw1\nend\n"
    write(tmp_path, "sw1.log", data=data)
    (found,) = collect(tmp_path)
    assert (found.device.id, found.device.platform) == ("sw1", "cisco_ios")
    told = [(a.source, a.name, a.command, a.complete, a.complete_reason.code) for a in found.artifacts]
    assert told == [
        ("version", "sw1.log#version", "sh ver", Completeness.YES, "collect.prompt_returned"),
        ("running-config", "sw1.log#running-config", "sh run", Completeness.UNKNOWN, "complete.unknown"),
    ]
    assert {a.source_sha256 for a in found.artifacts} == {hashlib.sha256(data).hexdigest()}
    assert [a.data.count(b"\n") for a in found.artifacts] == [data.count(b"\n")] * 2


def test_a_log_of_two_devices_is_two_devices(tmp_path: Path) -> None:
    write(tmp_path, "x.log", data=b"sw1#sh run\nhostname sw1\nsw1#ssh sw2\nsw2#sh run\nhostname sw2\nsw2#\n")
    found = collect(tmp_path)
    assert [c.device.id for c in found] == ["x/sw1", "x/sw2"]
    assert [c.artifacts[0].data.strip() for c in found] == [b"hostname sw1", b"hostname sw2"]


def test_what_was_not_read_before_a_cancel_says_so(tmp_path: Path) -> None:
    write(tmp_path, "a.cfg", "b.cfg")
    observer = Nobody()
    found = collect(tmp_path, cancel=True, observer=observer)
    assert [c.missing[0].reason.code for c in found] == ["collect.cancelled"] * 2
    assert observer.ended == [("a", "collect.cancelled"), ("b", "collect.cancelled")]


def test_every_reason_has_a_text() -> None:
    for code in ("file_empty", "file_unreadable", "file_too_large", "not_a_file", "cancelled", "prompt_returned"):
        assert set(texts("reasons")[f"collect.{code}"]) == {"ja", "en"}

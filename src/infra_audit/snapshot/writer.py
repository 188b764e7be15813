"""Writes a snapshot: ID.partial while it grows, ID when it is closed, and never touched again.

A device is in the snapshot when its state file is: that file is written last. A run that was killed, or a disk that was
full, leaves ID.partial; a Writer of the same id goes on there and tells which devices are `done`. A device of which
nothing could be collected is not done: it is tried again.
"""

import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from infra_audit import __version__
from infra_audit.errors import InputError, UsageError
from infra_audit.model.device import Device
from infra_audit.model.evidence import Artifact, NotCollected
from infra_audit.model.reason import Reason
from infra_audit.snapshot import files, layout
from infra_audit.snapshot.layout import Json
from infra_audit.snapshot.prepare import stored
from infra_audit.snapshot.redact import Redactor


class Writer:
    """One snapshot in the making."""

    def __init__(
        self, out: Path, snapshot_id: str, devices: Sequence[Device] = (), *, started_at: str | None = None
    ) -> None:
        """Begin `out`/snapshots/`snapshot_id`, or go on with it where an earlier run stopped.

        `devices` are those expected: one that is never added is written as not reached. Raises UsageError for a bad id,
        InputError when the snapshot exists already or the folder cannot be written.
        """
        if not layout.ID.fullmatch(snapshot_id):
            raise UsageError("snapshot.bad_id", id=snapshot_id)
        self.id = snapshot_id
        self._final = out / "snapshots" / snapshot_id
        self.folder = self._final.with_name(snapshot_id + layout.PARTIAL)
        self._expected = {d.id: d for d in devices}
        if self._final.exists():
            raise InputError("snapshot.exists", folder=str(self._final))
        if self.folder.is_symlink():
            raise InputError("snapshot.not_writable", folder=str(self.folder), what="symlink")
        self._state = self.folder / layout.STATE
        with files.writing(self.folder):
            for folder in (self.folder, self.folder / layout.ARTEFACTS, self._state):
                files.make_folder(folder)
            self._records = {record["device"]["id"]: record for record in self._resumed()}
        times = [r["started_at"] for r in self._records.values()]
        self._started_at = min([started_at or _now(), *times])

    @property
    def done(self) -> frozenset[str]:
        """Return the ids of the devices that need not be collected again."""
        return frozenset(name for name, r in self._records.items() if r["entry"]["artifacts"])

    def add(self, device: Device, artifacts: Sequence[Artifact], missing: Sequence[NotCollected]) -> None:
        """Store all that came from one device; what an earlier run stored of it goes.

        Raises InputError when the disk is full or not writable: what was added before stays and can be resumed.
        """
        name = self._folder_of(device.id)
        folder = self.folder / layout.ARTEFACTS / name
        state = self._state / f"{name}.json"
        with files.writing(self.folder):
            state.unlink(missing_ok=True)
            if folder.exists():
                shutil.rmtree(folder)
            if artifacts:
                files.make_folder(folder)
            entries = []
            for number, artifact in enumerate(artifacts, 1):
                data = stored(artifact.lines)
                assert hashlib.sha256(data).hexdigest() == artifact.sha256, (
                    "an artefact that does not agree with its hash"
                )
                files.write(folder / f"{number}.txt", data)
                entries.append(layout.artifact_json(artifact, f"{layout.ARTEFACTS}/{name}/{number}.txt"))
            record: Json = {
                "started_at": self._started_at,
                "device": device.to_json(),
                "entry": _entry(device, name, entries, missing),
            }
            files.write(state, layout.dump(record))
        self._records[device.id] = record

    def close(self, closed_at: str | None = None) -> Path:
        """Write manifest and sums, rename the folder and return it. Raises InputError when the disk refuses."""
        with files.writing(self.folder):
            for device in self._expected.values():
                if device.id not in self._records:
                    self.add(device, (), [NotCollected(device=device.id, reason=Reason("snapshot.not_reached"))])
            records = [self._records[name] for name in sorted(self._records)]
            manifest = {
                "schema": layout.SCHEMA,
                "id": self.id,
                "started_at": self._started_at,
                "closed_at": closed_at or _now(),
                "tool": {"name": "infra_audit", "version": __version__},
                "devices": [r["entry"] for r in records],
            }
            self._seal(manifest, [r["device"] for r in records])
            self.folder.rename(self._final)
            files.flush_folder(self._final.parent)
        return self._final

    def _seal(self, manifest: Json, inventory: list[Json]) -> None:
        texts = {layout.MANIFEST: layout.dump(manifest), layout.INVENTORY: layout.dump({"devices": inventory})}
        digests = {name: hashlib.sha256(data).hexdigest() for name, data in texts.items()}
        digests |= {a["file"]: a["sha256"] for d in manifest["devices"] for a in d["artifacts"]}
        for name, data in texts.items():
            files.write(self.folder / name, data)
        files.write(self.folder / layout.SUMS, layout.sums(digests))
        self._drop_leftovers(digests)
        files.flush_folder(self.folder)

    def _drop_leftovers(self, wanted: dict[str, str]) -> None:
        """Remove what a killed run left: artefacts without a state file, temporary files, and the state itself."""
        artefacts = self.folder / layout.ARTEFACTS
        for folder in sorted(artefacts.iterdir()):
            names = sorted(folder.iterdir()) if folder.is_dir() and not folder.is_symlink() else []
            for path in names:
                if path.relative_to(self.folder).as_posix() not in wanted:
                    path.unlink()
            if not names or not any(folder.iterdir()):
                shutil.rmtree(folder) if names or folder.is_dir() else folder.unlink()
        shutil.rmtree(self._state)

    def _resumed(self) -> list[Json]:
        """Return the records of an earlier run whose artefacts are all there and unchanged."""
        sealed = self._unsealed()
        found = []
        for record in sealed or [_json(path) for path in sorted(self._state.glob("*.json"))]:
            try:
                entry = record["entry"]
                whole = all(_digest(self.folder / a["file"]) == a["sha256"] for a in entry["artifacts"])
                known = Device.from_json(record["device"]).id == entry["id"] and isinstance(record["started_at"], str)
            except (KeyError, TypeError, OSError):
                continue
            if whole and known:
                found.append(record)
        return found

    def _unsealed(self) -> list[Json]:
        """Return the records of a run that was stopped while it closed, and make the snapshot an open one again."""
        manifest, inventory = (_json(self.folder / name) for name in (layout.MANIFEST, layout.INVENTORY))
        devices = {d.get("id"): d for d in inventory.get("devices", ())}
        records = [
            {"started_at": manifest["started_at"], "device": devices[entry["id"]], "entry": entry}
            for entry in manifest.get("devices", ())
            if entry["id"] in devices
        ]
        for record in records:
            files.write(self._state / f"{record['entry']['folder']}.json", layout.dump(record))
        for name in (layout.SUMS, layout.MANIFEST, layout.INVENTORY):
            (self.folder / name).unlink(missing_ok=True)
        return records

    def _folder_of(self, device: str) -> str:
        """Return the folder name of a device; one that differs from another's in case only gets a number."""
        wanted = layout.folder_name(device)
        taken = {r["entry"]["folder"].lower(): name for name, r in self._records.items()}
        name, number = wanted, 1
        while taken.get(name.lower(), device) != device:
            number += 1
            name = f"{wanted}~{number}"
        return name


def _entry(device: Device, folder: str, artifacts: list[Json], missing: Sequence[NotCollected]) -> Json:
    return {
        "id": device.id,
        "folder": folder,
        "platform": device.platform,
        "artifacts": artifacts,
        "missing": [_guarded(layout.missing_json(m)) for m in missing],
    }


def _guarded(missing: Json) -> Json:
    """Return the entry with what a device said, such as the line of a refusal, free of secrets."""
    fields = missing["reason"]["fields"]
    guard = Redactor().guard
    missing["reason"]["fields"] = {name: guard(v) if isinstance(v, str) else v for name, v in fields.items()}
    return missing


def _json(path: Path) -> Json:
    """Return a JSON object, or an empty one where a killed run left half of it or nothing."""
    try:
        value = json.loads(path.read_bytes())
    except (ValueError, OSError):
        return {}
    return value if isinstance(value, dict) else {}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")

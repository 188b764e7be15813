"""The only module that joins the stages.

    files or a snapshot -> targets -> facts documents -> findings
    inventory -> collectors -> snapshot

Everything is lazy: one target at a time is in memory. A device that fails is data; what ends a run is an exception.
"""

import datetime as dt
import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from infra_audit import catalogue, time_limit
from infra_audit.attestations.documents import Answers, Place
from infra_audit.attestations.questions import Question, questions
from infra_audit.baselines import standards
from infra_audit.baselines.engine import Engine
from infra_audit.baselines.loader import Sources, derive
from infra_audit.baselines.overlay import Overlay
from infra_audit.baselines.overlay import read_all as read_overlays
from infra_audit.baselines.statutory import Duties
from infra_audit.baselines.waivers import Waivers, check_rules, tokyo_day
from infra_audit.baselines.waivers import read_all as read_waivers
from infra_audit.collectors.interface import Job, Observer, Options
from infra_audit.config import Known, Scope, Settings
from infra_audit.diff.compare import Side, compare
from infra_audit.errors import BaselineError, InventoryError, PlatformError, UsageError
from infra_audit.model.acknowledgement import Acknowledgement
from infra_audit.model.change import Change
from infra_audit.model.device import Device
from infra_audit.model.evidence import Artifact, Collection, NotCollected
from infra_audit.model.facts import Coverage, CoverageState, FactsDocument
from infra_audit.model.finding import Finding, Verdict
from infra_audit.model.platform import Platform
from infra_audit.model.reason import Reason
from infra_audit.model.register import Register, Zones
from infra_audit.model.rule import Baseline
from infra_audit.model.standard import Catalogue
from infra_audit.network_view.coverage import InventoryCoverage, not_in_force
from infra_audit.registers.joining import Joiner
from infra_audit.registry import COLLECTORS, PARSERS, Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One device, safe to keep: decoded, redacted and hashed artefacts, and what is missing."""

    device: Device
    platform: Platform | None
    artifacts: tuple[Artifact, ...] = ()
    missing: tuple[NotCollected, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """Inventories to read through Ansible, and how to open their vaults."""

    paths: tuple[Path, ...]
    vault_password_file: Path | None = None
    vault_ids: tuple[str, ...] = ()
    limit: tuple[str, ...] = ()
    """Device ids or groups to keep; () = all."""


MADE = frozenset({"network", "facility", "organisation"})
"""Kinds of subject that are never read from a target: their documents are made here, and say their kind."""


class Quiet:
    """An observer that shows nothing."""

    def started(self, device: str) -> None:
        """Show nothing."""

    def finished(self, device: str, reason: object) -> None:
        """Show nothing."""


class Audit:
    """The stages of one run, joined under one set of settings."""

    def __init__(self, settings: Settings, observer: Observer | None = None) -> None:
        """Nothing is read until it is needed."""
        self.settings = settings
        self.observer: Observer = observer or Quiet()
        self.inventory: Inventory | None = None
        """The inventory that the run names; what is seen in the network is compared with the whole of it."""
        self.cancel = threading.Event()
        self.unsure: list[tuple[str, str]] = []
        """Devices whose platform is a guess, with the platform; filled while targets are read."""
        self.unread: list[str] = []
        """Devices of which nothing could be read; filled while documents are made."""
        self.doubtful: list[tuple[str, str]] = []
        """Devices whose text surely looks like another platform than was said, with that one."""

    @cached_property
    def platforms(self) -> dict[str, Platform]:
        """Return all platforms, built in and named by the operator."""
        return dict(catalogue.platforms(self.settings.platforms))

    @cached_property
    def baseline(self) -> Baseline:
        """Return the baseline in force. Raises InputError or BaselineError when something it is made of is wrong."""
        self.standards  # noqa: B018 - read first: it refuses an edition or a clause that does not exist
        s = self.settings
        return derive(
            Sources(
                baselines=self.rule_folders, overlays=self.overlays, parameters=s.parameters, model=s.resilience_model,
                edition=s.edition, registers=_registers(s.registers),
            )
        )  # fmt: skip

    @cached_property
    def overlays(self) -> tuple[Overlay, ...]:
        """Return the overlays of the organisation."""
        return read_overlays(self.settings.overlays)

    @property
    def rule_folders(self) -> tuple[Path, ...]:
        """Return where rules are read beside the shipped ones, in the order of their weight."""
        return (*self.settings.baselines, *(o.baselines for o in self.overlays if o.baselines is not None))

    @cached_property
    def standards(self) -> Catalogue:
        """Return the catalogues of clauses in force."""
        s = self.settings
        return standards.load(overlays=self.overlays, edition=s.edition, file=s.config)

    def zone_ids(self) -> frozenset[str] | None:
        """Return the ids of the zones of the organisation, None when none are named."""
        return None if self.zones is None else frozenset(zone.id for zone in self.zones.zones)

    # --- targets -----------------------------------------------------------------------------------------------------

    def read(self, paths: Sequence[Path], known: Known, inventory: Inventory | None = None) -> Iterator[Target]:
        """Yield the targets of snapshots, files and folders, in the order of the arguments, then sorted.

        Raises InputError for an argument that does not exist; a bad file inside a folder is a target without evidence.
        """
        if known.platform is not None and catalogue.by_alias(self.platforms, known.platform) is None:
            near = catalogue.near(self.platforms, known.platform)
            raise UsageError("usage.no_platform", name=known.platform, known=near)
        devices = {device.id: device for device in self.devices(inventory)} if inventory else {}
        plain = [path for path in paths if not is_snapshot(path)]
        if len(plain) == len(paths):
            yield from self._plain(plain, known, devices)
            return
        for path in paths:
            yield from self._snapshot(path) if is_snapshot(path) else self._plain([path], known, devices)

    def _snapshot(self, path: Path) -> Iterator[Target]:
        from infra_audit.snapshot.reader import read

        snapshot = read(path)
        for device in sorted(snapshot.devices, key=lambda d: d.id):
            platform = catalogue.by_alias(self.platforms, device.platform) if device.platform else None
            yield Target(
                device=device,
                platform=platform,
                artifacts=tuple(snapshot.artifacts.get(device.id, ())),
                missing=tuple(snapshot.missing.get(device.id, ())),
            )

    def _plain(self, paths: Sequence[Path], known: Known, devices: dict[str, Device]) -> Iterator[Target]:
        collect = Registry(COLLECTORS).load("files")
        collections: Iterable[Collection] = collect(
            paths,
            platforms=self.platforms,
            platform=known.platform,
            complete=known.complete,
            observer=self.observer,
            cancel=self.cancel,
        )
        for collection in collections:
            yield self.prepare(_with_known(collection, known, devices))

    def prepare(self, collection: Collection) -> Target:
        """Make a collection safe to keep: decode, detect, redact, hash. What cannot be kept becomes a reason."""
        from infra_audit.snapshot.prepare import prepare

        device = collection.device
        platform = catalogue.by_alias(self.platforms, device.platform) if device.platform else None
        artifacts: list[Artifact] = []
        missing = list(collection.missing)
        for raw in collection.artifacts:
            try:
                with time_limit.limited(len(raw.data)):
                    outcome = prepare(raw, self.platforms, platform, key=self.settings.key())
            except time_limit.TooLongError:
                outcome = NotCollected(
                    device=raw.device,
                    reason=Reason("platform.too_long"),
                    source=raw.source,
                    collected_at=raw.collected_at,
                )
            if isinstance(outcome, NotCollected):
                missing.append(outcome)
            else:
                platform = platform or outcome.platform
                if outcome.artifact.detected is not None and not outcome.artifact.detected.sure:
                    self.unsure.append((device.id, platform.name))
                if outcome.seems is not None:
                    self.doubtful.append((device.id, outcome.seems))
                artifacts.append(outcome.artifact)
        if platform is not None and device.platform != platform.name:
            device = replace(device, platform=platform.name)
        return Target(device=device, platform=platform, artifacts=tuple(artifacts), missing=tuple(missing))

    # --- documents and findings ----------------------------------------------------------------------------------------

    def documents(self, targets: Iterable[Target]) -> Iterator[FactsDocument]:
        """Yield the facts documents of targets; one whose platform is unknown has no facts and says why.

        Answers of the self-inspection join them, and rooms, sites and the organisation follow. Where the zones of the
        organisation are given, what the devices say of each other is a fact of it.
        """
        view = self._inventory_coverage()
        seen: set[str | None] = set()
        for document in self._documents(targets):
            if view is not None:
                view.see(document)
            seen.add(document.subject.get("site"))
            yield document if self.answers is None else self.answers.join(document)
        if self.answers is not None:
            from infra_audit.attestations import places

            yield from self.answers.facilities(places.once([*self.rooms(), *places.sites(seen)]))
        yield from self._of_organisation(view)

    def _of_organisation(self, view: InventoryCoverage | None) -> Iterator[FactsDocument]:
        """Yield the document of the organisation, if anything is to be said of it."""
        if self.answers is not None:
            whole = self.answers.organisation(self.organisation)
        elif self.zones is not None:
            whole = FactsDocument(facts={"subject": {"id": self.organisation, "kind": "organisation"}})
        else:
            return
        yield self.joiner.join(view.join(whole) if view is not None else not_in_force(whole))

    @cached_property
    def answers(self) -> Answers | None:
        """Return the answers of the self-inspection, None when none are named.

        Raises InputError when a file of them is wrong, IntegrityError when a piece of evidence was changed.
        """
        if self.settings.attestations is None:
            return None
        from infra_audit.attestations import store

        asked = self.questions
        return Answers(asked, store.load(self.settings.attestations, asked), self.today)

    @cached_property
    def questions(self) -> dict[str, Question]:
        """Return what the rules in force ask of persons."""
        return questions(self.baseline.rules)

    @property
    def organisation(self) -> str:
        """Return the id of the organisation."""
        return str((self.settings.organisation or {}).get("id", "organisation"))

    def rooms(self) -> list[Place]:
        """Return the rooms of the register of controlled areas, and their sites. Raises InputError."""
        from infra_audit.attestations import places

        register = self.registers.get("controlled_areas")
        return list(places.rooms([row.values for row in register.rows] if register else [], self.settings.lang))

    def _inventory_coverage(self) -> InventoryCoverage | None:
        if self.inventory is None or self.zones is None:
            return None
        return InventoryCoverage(self.devices(replace(self.inventory, limit=())), self.zones)

    def _documents(self, targets: Iterable[Target]) -> Iterator[FactsDocument]:
        parse = Registry(PARSERS).load("templates")
        acknowledgements = self._acknowledgements()
        for target in targets:
            if target.platform is None:
                self.unread.append(target.device.id)
                yield self.joiner.join(_unknown(target, next((m.reason for m in target.missing), None)))
                continue
            size = sum(len(line) for artifact in target.artifacts for line in artifact.lines)
            try:
                with time_limit.limited(size):
                    found = list(
                        parse(
                            target.device,
                            target.artifacts,
                            target.missing,
                            target.platform,
                            acknowledgements=acknowledgements,
                        )
                    )
            except PlatformError as error:
                self.unread.append(target.device.id)
                found = [_unknown(target, _wrong(target.platform, error))]
            except time_limit.TooLongError:
                self.unread.append(target.device.id)
                found = [_unknown(target, Reason("platform.too_long"))]
            yield from map(self.joiner.join, found)

    @cached_property
    def registers(self) -> dict[str, Register]:
        """Return the registers of the organisation by name. Raises RegisterError when one is wrong."""
        from infra_audit.registers.reading import read

        return read(self.settings.registers) if self.settings.registers is not None else {}

    @cached_property
    def zones(self) -> Zones | None:
        """Return the zone map. Raises RegisterError when it is wrong."""
        from infra_audit.registers.reading import read_zones

        return read_zones(self.settings.zones) if self.settings.zones is not None else None

    @cached_property
    def joiner(self) -> Joiner:
        """Return what joins the registers and zones to each document."""
        return Joiner(self.registers, self.zones, self.today, max_age_days=self.settings.register_max_age_days)

    def joined(self) -> list[dict[str, Any]]:
        """Return what the record of a scan keeps of the registers and the zone map: they are inputs of the judgement."""
        zones = [self.zones.to_json()] if self.zones is not None else []
        return [register.to_json() for _, register in sorted(self.registers.items())] + zones

    def explain(self, target: Target) -> Iterator[dict[str, Any]]:
        """Yield what became of each line of a target whose platform is known."""
        from infra_audit.parsers.explain import explain

        assert target.platform is not None
        acknowledgements = self._acknowledgements()
        yield from explain(target.device, target.artifacts, target.platform, acknowledgements=acknowledgements)

    def _acknowledgements(self) -> Sequence[Acknowledgement]:
        if self.settings.acknowledgements is None:
            return ()
        from infra_audit.parsers.acknowledge import in_force
        from infra_audit.parsers.acknowledge import load as load_acknowledgements

        return in_force(load_acknowledgements(self.settings.acknowledgements), self.today.isoformat())

    @cached_property
    def today(self) -> dt.date:
        """Return the day that counts as today: as told, else the day in Japan."""
        return self.settings.as_of or tokyo_day(dt.datetime.now(dt.UTC))

    def findings(self, documents: Iterable[FactsDocument], scope: Scope) -> Iterator[Finding]:
        """Yield the findings of each document, heaviest first, then by rule; waivers stand beside them.

        Questions to persons are judged only where the answers of persons are given.
        """
        engine = Engine(self.baseline, self.settings.engine, attested=self.settings.attestations is not None)
        elsewhere = frozenset(r.id for r in self.baseline.rules if r.kinds is not None and set(r.kinds) <= MADE)
        duties = Duties(self.standards)
        for document in documents:
            found = engine.judge(document, rules=scope.rules, clauses=scope.clauses)
            if document.subject.get("kind") is None:  # whatever it is, it was read from a target
                found = (_of_no_target(f) if f.rule in elsewhere else f for f in found)
            yield from self.waivers.apply(duties.apply(sorted(found, key=_by_weight)))

    @cached_property
    def waivers(self) -> Waivers:
        """Return the waivers in force on the day of the audit. Raises InputError or BaselineError when a file is wrong."""
        found = read_waivers(self.settings.waivers)
        check_rules(found, frozenset(r.id for r in self.baseline.rules) | {r.id for r in self.baseline.broken})
        return Waivers(found, self.today)

    def diff(self, before: Sequence[Target], after: Sequence[Target], scope: Scope) -> Iterator[Change]:
        """Yield what changed between two sides."""
        sides = []
        for targets in (before, after):
            documents = list(self.documents(targets))
            sides.append(Side.of(documents, self.findings(documents, scope)))
        yield from compare(*sides)

    # --- collection ----------------------------------------------------------------------------------------------------

    def devices(self, inventory: Inventory) -> list[Device]:
        """Return the devices of an inventory. Raises InventoryError."""
        from infra_audit.inventory.ansible import read

        devices = read(
            inventory.paths,
            platforms=self.platforms,
            vault_password_file=inventory.vault_password_file,
            vault_ids=inventory.vault_ids,
        )
        if not inventory.limit:
            return devices
        kept = [d for d in devices if d.id in inventory.limit or set(d.groups or ()) & set(inventory.limit)]
        if not kept:
            raise InventoryError(
                "inventory.limit_empty", inventory=str(inventory.paths[0]), limit=", ".join(inventory.limit)
            )
        return kept

    def collect(self, inventory: Inventory, done: AbstractSet[str] = frozenset()) -> Iterator[Target]:
        """Collect every device of an inventory but those already done, and yield each as it ends, safe to keep."""
        from infra_audit.inventory.ansible import resolve

        devices = [d for d in self.devices(inventory) if d.id not in done]
        over_ssh = [d for d in devices if "netmiko" in self.platform(d).data]
        credentials = resolve(
            inventory.paths, over_ssh, vault_password_file=inventory.vault_password_file, vault_ids=inventory.vault_ids
        ) if over_ssh else {}  # fmt: skip
        jobs: dict[str, list[Job]] = {"network": [], "servers": []}
        for device in devices:
            platform = self.platform(device)
            name = "network" if "netmiko" in platform.data else "servers"
            jobs[name].append(Job(device=device, platform=platform, credentials=credentials.get(device.id)))
        for collection in self._all(jobs, self._options(inventory)):
            yield self.prepare(collection)

    def platform(self, device: Device) -> Platform:
        """Return the platform of a device of an inventory."""
        platform = catalogue.by_alias(self.platforms, device.platform or "")
        assert platform is not None, "the inventory refuses unknown platforms"
        return platform

    def _options(self, inventory: Inventory) -> Options:
        s = self.settings
        return Options(
            max_sessions=s.max_sessions,
            max_sessions_per_zone=s.max_sessions_per_zone,
            connect_timeout_seconds=s.connect_timeout_seconds,
            command_timeout_seconds=s.command_timeout_seconds,
            known_hosts=s.known_hosts,
            record_first_use=s.record_first_use,
            inventory=inventory.paths,
            vault_password_file=inventory.vault_password_file,
            vault_ids=inventory.vault_ids,
        )

    def _all(self, jobs: dict[str, list[Job]], options: Options) -> Iterator[Collection]:
        """Run the collectors side by side and yield what each brings."""
        registry = Registry(COLLECTORS)
        found: queue.Queue[Collection | BaseException | None] = queue.Queue()
        running = [
            threading.Thread(
                target=_drain,
                args=(registry.load(name), wanted, options, self.observer, self.cancel, found),
                daemon=True,
            )
            for name, wanted in jobs.items()
            if wanted
        ]
        for thread in running:
            thread.start()
        ended = 0
        while ended < len(running):
            outcome = found.get()
            if outcome is None:
                ended += 1
            elif isinstance(outcome, BaseException):
                self.cancel.set()
                raise outcome
            else:
                yield outcome


def _drain(
    collect: Callable[..., Iterator[Collection]],
    jobs: list[Job],
    options: Options,
    observer: Observer,
    cancel: threading.Event,
    found: "queue.Queue[Collection | BaseException | None]",
) -> None:
    try:
        for collection in collect(jobs, options, observer, cancel):
            found.put(collection)
    except BaseException as error:  # noqa: BLE001 - handed to the main thread, which raises it
        found.put(error)
    finally:
        found.put(None)


_REGISTERS = (".yaml", ".xlsx", ".csv")


def _registers(folder: Path | None) -> frozenset[str]:
    """Return the names of the registers in a folder. Raises BaselineError when it does not exist."""
    if folder is None:
        return frozenset()
    if not folder.is_dir():
        raise BaselineError("baseline.no_registers", folder=str(folder))
    return frozenset(path.stem for path in folder.iterdir() if path.suffix in _REGISTERS)


def is_snapshot(path: Path) -> bool:
    """Return whether a path is the folder of a snapshot."""
    return (path / "snapshot.json").is_file()


def _with_known(collection: Collection, known: Known, devices: dict[str, Device]) -> Collection:
    """Add what the inventory, else the flags, say of a plain file."""
    device = devices.get(collection.device.id)
    if device is None:
        plain = collection.device
        device = replace(
            plain,
            kind=known.kind or plain.kind,
            zones=known.zones if known.zones is not None else plain.zones,
            platform=known.platform or plain.platform,
            source="flag",
        )
    return replace(collection, device=device)


def _wrong(platform: Platform, error: PlatformError) -> Reason:
    """Return the reason why no device of a platform can be read: its templates or grammars are wrong."""
    file = str(error.fields.get("file", "platform.yaml")).removeprefix(f"{platform.name}/")
    line, what = error.fields.get("line", 1), error.fields.get("what", error.code)
    return Reason("platform.wrong", {"file": f"{platform.name}/{file}", "line": line, "what": what})


def _of_no_target(finding: Finding) -> Finding:
    """Return what a rule about rooms or the organisation says of a target of unknown kind: it does not concern it."""
    return replace(
        finding,
        verdict=Verdict.NOT_APPLICABLE,
        reason=Reason("judge.out_of_scope", {"kind": ""}),
        checked=0,
        failing=0,
        unknown=0,
        items=(),
        items_omitted=0,
        evidence=(),
        evidence_omitted=0,
    )


def _unknown(target: Target, reason: Reason | None) -> FactsDocument:
    """Return the document of a target that could not be read at all: nothing is known, and every area says why."""
    device = target.device
    subject = {
        "id": device.id,
        **({"kind": device.kind} if device.kind else {}),
        **({"zones": list(device.zones)} if device.zones else {}),
    }
    coverage = {
        name: Coverage(state=CoverageState.UNREADABLE, reason=reason)
        for name, area in catalogue.areas().items()
        if area.is_read
    }
    return FactsDocument(facts={"subject": subject}, coverage=coverage, artifacts=target.artifacts)


def _by_weight(finding: Finding) -> tuple[int, int, str]:
    order = [Verdict.FAIL, Verdict.NO_EVIDENCE, Verdict.PASS, Verdict.NOT_APPLICABLE]
    return order.index(finding.verdict), -finding.severity.weight, finding.rule

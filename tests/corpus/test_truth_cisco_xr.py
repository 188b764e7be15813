"""Facts of Cisco IOS XR against the same device's own words and other parsers' answers."""

import json

import pytest

from infra_audit import yamlfile
from tests.conftest import CORPUS
from tests.corpus.truth_tools import MISSING, TRUTH, Agreement, lines_of, main_text, truths

pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not TRUTH.is_dir(), reason=f"no truths at {TRUTH}")]


def shown_interfaces(text: str) -> dict[str, dict[str, object]]:
    """What `show interfaces` says, of what a configuration says too."""
    found: dict[str, dict[str, object]] = {}
    for line in text.splitlines():
        words = line.split()
        if line[:1] not in ("", " ") and ", line protocol is " in line:
            port = found.setdefault(words[0], {"description": None, "address": None})
            port["enabled"] = " is administratively down" not in line
        elif words[:1] == ["Description:"]:
            port["description"] = line.split("Description:", 1)[1].strip()
        elif words[:3] == ["Internet", "address", "is"]:
            port["address"] = None if words[3] == "Unknown" else words[3]
    return found


def test_interfaces_that_the_device_shows() -> None:
    told = Agreement("show interfaces, show version of the same device (cisco_xr)")
    for path, truth in truths("lab_validation"):
        if truth["os"] != "iosxr":
            continue
        outputs, file = truth["outputs"], path.stem
        version = outputs["show version"].splitlines()
        document = main_text("cisco_xr", lines_of(CORPUS / truth["corpus_file"]), version=version)["device"]
        said = next(line for line in version if line.startswith("Cisco IOS XR Software, Version "))
        release = said.removeprefix("Cisco IOS XR Software, Version ").split("[")[0].split()[0]
        told.compare(file, "os_version", "", document.facts["system"].get("os_version", MISSING), release)
        ours = {i["name"]: i for i in document.facts["interfaces"]}
        shown = shown_interfaces(outputs["show interfaces"])
        for name, port in shown.items():
            if name not in ours:
                continue
            addresses = [a for a in ours[name].get("addresses", ()) if ":" not in a]
            told.compare(file, "enabled", name, ours[name].get("enabled", MISSING), port["enabled"])
            told.compare(file, "description", name, ours[name].get("description", MISSING), port["description"])
            told.compare(file, "address", name, addresses[0] if addresses else None, port["address"])
        for name in ours:
            told.compare(file, "name", name, name in shown, True)
    told.close(least={"os_version": 8, "enabled": 40, "description": 40, "address": 40, "name": 40})


def test_host_names() -> None:
    told = Agreement("show running-config hostname (ntc-templates)")
    for path in sorted((TRUTH / "ntc_templates" / "cisco_xr" / "show_running-config_hostname").glob("*.raw")):
        (row,) = yamlfile.load(path.with_suffix(".yml"))["parsed_sample"]
        facts = main_text("cisco_xr", lines_of(path))["device"].facts
        told.compare(path.stem, "hostname", "", facts["system"].get("hostname", MISSING), row["hostname"])
    told.close(least={"hostname": 2})


def test_filters_that_batfish_finds_undefined() -> None:
    """A filter that a routing protocol names is no fact; those of interfaces are, and none of the files names an undefined one."""
    told = Agreement("undefined filters (batfish)")
    rows = json.loads((TRUTH / "batfish_ref" / "unit-tests-undefined.json").read_text("utf-8"))
    files = {row["corpus_file"] for row in rows if str(row.get("corpus_file", "")).startswith("cisco_xr/")}
    for file in sorted(files):
        document = main_text("cisco_xr", lines_of(CORPUS / file))["device"]
        named = {
            row["Ref_Name"]
            for row in rows
            if row.get("corpus_file") == file
            and "access-list" in row["Struct_Type"]
            and "access-group" in row["Context"]
        }
        undefined = {
            i["acl_in"] for i in document.facts["interfaces"] if i.get("acl_in_defined") is False and i.get("acl_in")
        }
        told.compare(file, "undefined", "", undefined, named)
        acls = {acl["name"] for acl in document.facts["acls"]}
        for row in rows:
            if row.get("corpus_file") == file and "ipv4 access-list" in row["Struct_Type"]:
                told.compare(file, "defined", row["Ref_Name"], row["Ref_Name"] in acls, False)
    told.close(least={"undefined": 5, "defined": 3})

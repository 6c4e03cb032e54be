"""The site on Kubernetes: as its schemas want it, nobody root, everything bounded and looked after."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click
import kubernetes_validate
import pytest
import yaml

from formdigits.cli import LazyGroup
from tests.queue_services import ROOT

FOLDER = ROOT / "deploy" / "kubernetes"
KUSTOMIZATION: dict[str, Any] = yaml.safe_load((FOLDER / "kustomization.yaml").read_text(encoding="utf-8"))
OBJECTS: list[dict[str, Any]] = [
    one
    for name in KUSTOMIZATION["resources"]
    for one in yaml.safe_load_all((FOLDER / name).read_text(encoding="utf-8"))
]
NAMED = {f"{one['kind']} {one['metadata']['name']}": one for one in OBJECTS}


def pods() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, one in NAMED.items():
        if "template" in one.get("spec", {}):
            yield name, one["spec"]["template"]["spec"]


@pytest.mark.parametrize("name", [name for name, one in NAMED.items() if "keda.sh" not in one["apiVersion"]])
def test_every_object_is_as_the_newest_kubernetes_wants_it(name: str) -> None:
    kubernetes_validate.validate(NAMED[name], kubernetes_validate.latest_version(), strict=True)


def test_every_file_is_part_of_the_site_and_what_scales_is_there() -> None:
    files = {path.name for path in FOLDER.glob("*.yaml")}
    assert files == {*KUSTOMIZATION["resources"], "kustomization.yaml"}
    scaled = NAMED["ScaledObject formdigits-worker"]["spec"]["scaleTargetRef"]["name"]
    assert f"Deployment {scaled}" in NAMED


@pytest.mark.parametrize(("name", "pod"), list(pods()))
def test_nobody_is_root_and_everything_is_bounded(name: str, pod: dict[str, Any]) -> None:
    assert pod["securityContext"]["runAsNonRoot"]
    assert not pod["automountServiceAccountToken"]
    for one in pod["containers"]:
        secure = one["securityContext"]
        assert secure["readOnlyRootFilesystem"]
        assert not secure["allowPrivilegeEscalation"]
        assert secure["capabilities"] == {"drop": ["ALL"]}
        assert {"cpu", "memory"} == set(one["resources"]["limits"]) == set(one["resources"]["requests"])
        # A Job ends by itself; what runs for good is looked after.
        assert name.startswith("Job") or {"startupProbe", "livenessProbe"} <= set(one)


def test_the_commands_are_ones_that_there_are() -> None:
    group = LazyGroup()
    for _, pod in pods():
        for one in pod["containers"]:
            command = group.get_command(click.Context(group), one["args"][0])
            assert command is not None
            known = {option for parameter in command.params for option in parameter.opts}
            assert {option for option in one["args"] if option.startswith("--")} <= known

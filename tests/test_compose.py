"""The compose file and the image: what they promise, and that the same commands work when started by hand."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.queue_services import free_port, missing, site, wait_until
from tests.test_queue_workers import pages, rows

ROOT = Path(__file__).resolve().parents[1]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_service_has_a_health_check_and_comes_back(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_no_service_runs_as_root(name: str) -> None:
    if "build" in SERVICES[name]:
        dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
        assert re.findall(r"^USER (\S+)$", dockerfile, re.MULTILINE)[-1] == "formdigits"
    else:
        assert SERVICES[name]["user"] not in ("root", "0")


def test_what_must_last_is_in_named_volumes() -> None:
    for name, where in {"redis": "/data", "postgres": "/var/lib/postgresql/data"}.items():
        volumes = [volume.split(":") for volume in SERVICES[name]["volumes"]]
        assert [(volume in COMPOSE["volumes"], path) for volume, path in volumes] == [(True, where)]
    assert "--appendonly" in SERVICES["redis"]["command"]


def test_flower_is_started_only_when_asked_for_and_answers_this_machine_only() -> None:
    assert SERVICES["flower"]["profiles"] == ["flower"]
    assert all(port.startswith("127.0.0.1:") for port in SERVICES["flower"]["ports"])
    assert not any("ports" in SERVICES[name] for name in ("redis", "postgres"))


def test_the_web_page_is_locked_and_can_write_to_its_state_only() -> None:
    web = SERVICES["web"]
    assert web["command"][:3] == ["serve", "--host", "0.0.0.0"]
    assert "FORMDIGITS_TOKEN" in web["environment"]
    assert all(port.startswith("127.0.0.1:") for port in web["ports"])
    assert (web["read_only"], web["cap_drop"]) == (True, ["ALL"])
    assert "no-new-privileges:true" in web["security_opt"]
    # What is uploaded there is read by the workers, so by the same path; what is read is not written to.
    shared = [volume for volume in web["volumes"] if volume in SERVICES["worker"]["volumes"]]
    assert len(shared) == 2
    assert [volume.endswith(":ro") for volume in web["volumes"]] == [True, False]


def test_the_image_has_no_tensorflow_and_all_that_is_packed() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert '".[postgres]"' in dockerfile
    copied = set(re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.MULTILINE))
    wanted = {word for line in copied for word in line.split()}
    allowed = set(re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE))
    assert wanted == allowed
    assert all((ROOT / name).exists() for name in wanted)


def test_compose_itself_takes_the_file() -> None:
    if (
        shutil.which("docker") is None
        or subprocess.run(["docker", "compose", "version"], check=False, capture_output=True).returncode
    ):
        pytest.skip("the docker client has no compose here")
    done = subprocess.run(
        ["docker", "compose", "-f", ROOT / "docker-compose.yml", "config", "-q"],
        env=os.environ | {"POSTGRES_PASSWORD": "x"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.skipif(bool(missing("postgresql")), reason=missing("postgresql") or "-")
def test_the_same_processes_started_by_hand_read_a_job(tmp_path: Path) -> None:
    worker = SERVICES["worker"]
    pages(tmp_path / "scans", 12, "page")
    with site(tmp_path, "postgresql") as one:
        hosts = {
            "redis://redis:6379/0": one.redis.url,
            "postgresql+psycopg://formdigits:${POSTGRES_PASSWORD}@postgres/formdigits": one.settings[
                "FORMDIGITS_DATABASE_URL"
            ],
        }
        one.settings |= {name: hosts[value] for name, value in worker["environment"].items()}
        port = str(free_port())
        command = [port if word == "9100" else word for word in worker["command"]]
        one.start(*command)
        one.start(*command[: command.index("--metrics-port")])
        done = one.run("submit", "scans", "--single-field", "--wait", "-o", "-")
        assert done.returncode == 0, done.stderr
        assert len(rows(done.stdout.split("\n", 1)[1])) == 12
        _, *health = [word.replace("9100", port) for word in worker["healthcheck"]["test"]]
        check = [sys.executable, *health[1:]]
        wait_until(lambda: subprocess.run(check, capture_output=True, check=False).returncode == 0, "health")

"""The compose file and the image: what they promise, and that the same commands work when started by hand."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import redis
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
    assert "--appendonly yes" in SERVICES["redis"]["command"][-1]


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


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_no_service_may_more_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "pid", "ipc", "network_mode", "devices"} & set(service)
    assert all(".sock" not in volume for volume in service.get("volumes", []))


def test_only_what_people_open_can_be_reached_from_outside() -> None:
    assert COMPOSE["networks"]["inner"] == {"internal": True}
    reached = {name for name, service in SERVICES.items() if "ports" in service}
    assert reached == {"web", "flower"} == {name for name, one in SERVICES.items() if "outer" in one["networks"]}
    assert all("inner" in service["networks"] for service in SERVICES.values())
    # The worker's figures are asked for by the health check, and by who is in the inner network.
    assert "--metrics-port" in SERVICES["worker"]["command"]


def test_every_address_of_redis_has_the_password_and_flower_a_login() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert text.count("redis://") == text.count("redis://:${REDIS_PASSWORD}@redis:6379/0") == 3
    assert ":?" in SERVICES["redis"]["environment"]["REDIS_PASSWORD"]
    assert SERVICES["flower"]["environment"]["FLOWER_BASIC_AUTH"] == "${FLOWER_LOGIN:-}"
    *shell, _ = SERVICES["flower"]["entrypoint"]
    shell = [word.replace("$$", "$") for word in shell]
    started = {
        login: subprocess.run(
            [*shell, "flower", "echo", "begun"],
            env={"PATH": os.environ["PATH"], "FLOWER_BASIC_AUTH": login},
            capture_output=True,
            text=True,
            check=False,
        )
        for login in ("", "me:secret")
    }
    assert [(one.returncode, "begun" in one.stdout) for one in started.values()] == [(1, False), (0, True)]


@pytest.mark.skipif(bool(missing()), reason=missing() or "-")
def test_redis_answers_nobody_without_its_password(tmp_path: Path) -> None:
    port = free_port()
    shell, option, script = SERVICES["redis"]["command"]
    script = script.replace("$$", "$").replace("redis-server -", f"redis-server - --port {port} --dir {tmp_path}", 1)
    environment = {"PATH": os.environ["PATH"], "REDIS_PASSWORD": "secret"}
    server = subprocess.Popen([shell, option, script], env=environment, stdout=subprocess.DEVNULL)
    try:
        with redis.Redis(port=port, password="secret") as known, redis.Redis(port=port) as stranger:

            def answers() -> bool:
                with contextlib.suppress(redis.ConnectionError):
                    return bool(known.ping())
                return False

            wait_until(answers, "redis")
            with pytest.raises(redis.AuthenticationError):
                stranger.ping()
            assert known.config_get("appendonly") == {"appendonly": "yes"}
        check = (
            SERVICES["redis"]["healthcheck"]["test"][1].replace("$$", "$").replace("redis-cli", f"redis-cli -p {port}")
        )
        healthy = [
            subprocess.run(["sh", "-c", check], env=environment | {"REDIS_PASSWORD": word}, check=False).returncode == 0
            for word in ("secret", "wrong")
        ]
        assert healthy == [True, False]
    finally:
        server.terminate()
        # The signal reaches Redis itself, which then has time to write.
        assert server.wait(60) == 0


def test_the_image_has_no_tensorflow_and_all_that_is_packed() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert '".[postgres,second]"' in dockerfile
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
        env=os.environ | {"POSTGRES_PASSWORD": "x", "REDIS_PASSWORD": "x"},
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
            "redis://:${REDIS_PASSWORD}@redis:6379/0": one.redis.url,
            "postgresql+psycopg://formdigits:${POSTGRES_PASSWORD}@postgres/formdigits": one.settings[
                "FORMDIGITS_DATABASE_URL"
            ],
        }
        one.settings |= {name: hosts[value] for name, value in worker["environment"].items() if value in hosts}
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

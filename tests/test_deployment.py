"""What is shipped to run the hub agrees with itself: compose file, image, nginx's configuration, settings and text."""

import contextlib
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.open_policies import ROOT as ROOT_DOCUMENT

from baygate.settings import Settings, load

ROOT = Path(__file__).resolve().parent.parent
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
NGINX = (ROOT / "docs" / "examples" / "nginx.conf").read_text(encoding="utf-8")
SETTINGS = ROOT / "docs" / "examples" / "deployment" / "baygate.toml"
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
HUBS = {name: each for name, each in SERVICES.items() if name.startswith("hub-")}
(RECIPE,) = re.findall(r"^\(\n.*?^\)$", OPERATIONS, re.DOTALL | re.MULTILINE)
DOCKER = [shlex.split(each) for each in re.findall(r"docker compose [^&;|`\n]+", OPERATIONS.replace("\\\n", " "))]
"""What the text has an operator say to Docker, word by word."""


def instructions() -> list[tuple[str, str]]:
    """Return the Dockerfile's instructions, with their lines joined and without comments."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#")).replace("\\\n", " ")
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines.splitlines() if line)]


STAGES = "\n".join(f"{word} {rest}" for word, rest in instructions()).split("FROM ")[1:]
EXPLORER, BUILD, IMAGE = STAGES
OF_IMAGE = dict(line.split(" ", 1) for line in IMAGE.splitlines()[1:])
ENVIRONMENT = dict(each.split("=", 1) for each in shlex.split(OF_IMAGE["ENV"]))


def mounts(service: str) -> dict[str, tuple[str, bool]]:
    """Return what stands where in a container: source, and whether it can be written."""
    found = {}
    for each in SERVICES[service].get("volumes", []):
        source, target, *mode = each.split(":")
        found[target] = source, mode != ["ro"]
    for name in SERVICES[service].get("secrets", []):
        found[f"/run/secrets/{name}"] = COMPOSE["secrets"][name]["file"], False
    return found


def mounted(service: str, path: Path) -> tuple[str, bool]:
    """Return the mount that a path of a container is on."""
    known = mounts(service)
    for parent in (path, *path.parents):
        if str(parent) in known:
            return known[str(parent)]
    raise AssertionError(f"{service} has no {path}")


def settings_of(monkeypatch: pytest.MonkeyPatch, **environment: str) -> Settings:
    for name in list(os.environ):
        if name.startswith("BAYGATE_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("BAYGATE_CONFIG", "")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return load(SETTINGS)


def directive(name: str) -> str:
    (found,) = re.findall(rf"^ *{name} ([^;]+);", NGINX, re.MULTILINE)
    return found


def size(text: str) -> int:
    return int(text[:-1]) * {"k": 1024, "m": 1024**2}[text[-1]]


# Each container is confined


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_has_no_root_no_capabilities_and_nothing_of_its_own_to_write(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert all(int(each) > 0 for each in service["user"].split(":"))
    assert not service.keys() & {"privileged", "cap_add", "network_mode", "pid", "devices"}
    assert "docker.sock" not in json.dumps(service)


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_says_how_it_is_and_the_job_ends(name: str) -> None:
    if name == "migrate":
        assert SERVICES[name]["healthcheck"] == {"disable": True}
        assert SERVICES[name]["restart"] == "no"
    else:
        assert "test" in SERVICES[name].get("healthcheck", {}) or (name in HUBS and "HEALTHCHECK" in OF_IMAGE)
        assert SERVICES[name]["restart"] == "unless-stopped"


def test_nginx_alone_is_published_on_this_machine_alone() -> None:
    assert {name: each["ports"] for name, each in SERVICES.items() if "ports" in each} == {
        "nginx": ["127.0.0.1:8443:8443"]
    }
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert SERVICES["nginx"]["networks"] == ["outside"]
    assert SERVICES["postgres"]["networks"] == SERVICES["migrate"]["networks"] == ["inside"]
    assert all(hub["networks"] == ["inside", "outgoing"] for hub in HUBS.values())


def test_tables_come_before_hubs() -> None:
    assert SERVICES["postgres"]["image"] == "postgres:18"
    assert SERVICES["migrate"]["command"][:2] == ["db", "upgrade"]
    assert SERVICES["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert len(HUBS) == 2
    for hub in HUBS.values():
        assert hub["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_the_image_is_built_once_for_all_who_run_it() -> None:
    of_image = {name: each for name, each in SERVICES.items() if each["image"] == "baygate"}
    assert of_image.keys() == {"migrate", *HUBS}
    assert {name: each["build"] for name, each in SERVICES.items() if "build" in each} == {"migrate": "."}
    assert {each["pull_policy"] for each in of_image.values()} == {"never"}, "nobody's registry has it"


# What an operator types


def said_to_docker(verb: str) -> list[list[str]]:
    found = [words[3:] for words in DOCKER if words[2] == verb]
    assert found
    return found


def test_a_command_beside_the_hubs_does_not_run_the_job_again() -> None:
    for words in said_to_docker("run"):
        service = next(each for each in words if each in SERVICES)
        assert "--rm" in words
        assert "--no-deps" in words or "migrate" not in SERVICES[service]["depends_on"]


def test_who_starts_hubs_hears_whether_they_are_ready() -> None:
    assert all("--wait" in words for words in said_to_docker("up"))


def test_signals_are_sent_from_inside() -> None:
    inside = said_to_docker("exec")
    assert ["nginx", "nginx", "-e", "stderr", "-s", "reload"] in inside
    assert ["hub-1", "sh", "-c", "kill -HUP 1"] in inside
    assert all(hub["init"] for hub in HUBS.values()), "a signal for process 1 is passed on"
    assert not [words for words in DOCKER if words[2] == "kill" and len(words) > 3]


def test_the_next_key_is_made_where_both_hubs_read_it() -> None:
    (words,) = [each for each in said_to_docker("run") if "rotate" in each]
    source, target = words[words.index("--volume") + 1].split(":")
    assert words[-5:] == ["hub-1", "key", "rotate", "--keys", target]
    for hub in HUBS:
        assert source == mounts(hub)["/etc/baygate/keys"][0].replace("./", "$PWD/")


def test_an_upgrade_replaces_each_hub_alone() -> None:
    assert f"for hub in {' '.join(HUBS)}; do" in OPERATIONS
    (words,) = [each for each in said_to_docker("up") if "$hub" in each]
    assert {"--no-deps", "--wait"} <= set(words)


def test_the_recipe_makes_all_that_is_mounted_for_nobody_else_and_leaves_the_shell_as_it_was(tmp_path: Path) -> None:
    for name, program in {
        "bin/sudo": 'echo "$*" >> owners',
        ".venv/bin/baygate": f'exec {shlex.quote(sys.executable)} -m baygate "$@"',
    }.items():
        stand_in = tmp_path / name
        stand_in.parent.mkdir(parents=True)
        stand_in.write_text(f"#!/bin/sh\n{program}\n")
        stand_in.chmod(0o755)
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "root.jws").write_bytes(ROOT_DOCUMENT)
    done = subprocess.run(
        ["sh", "-c", f"umask 022\n{RECIPE}\numask"],
        cwd=tmp_path,
        env=os.environ | {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "0022"
    made = list((tmp_path / "deployment").rglob("*"))
    assert not [each for each in made if each.stat().st_mode & 0o077]
    owned = (tmp_path / "owners").read_text()
    given = [[word for word in line.split()[1:] if word != "-R"] for line in owned.splitlines()]
    owners = {f"./{path}": user for user, *paths in given for path in paths}
    for name, service in SERVICES.items():
        for source, _ in mounts(name).values():
            if source.startswith("./deployment/"):
                assert (tmp_path / source).exists()
                assert owners[source] == service["user"].split(":")[0]


# What is mounted


@pytest.mark.parametrize("name", SERVICES)
def test_a_file_that_is_mounted_is_in_the_repository_or_in_the_text_and_cannot_be_written(name: str) -> None:
    for source, writable in mounts(name).values():
        if source.startswith("./deployment/"):
            assert f"`{source.removeprefix('./deployment/')}" in OPERATIONS
            assert not writable
        elif source.startswith("./"):
            assert (ROOT / source).is_file()
            assert not writable
        else:
            assert source in COMPOSE["volumes"]


def test_what_an_operator_brings_is_neither_committed_nor_sent_to_the_builder() -> None:
    assert "/deployment/" in (ROOT / ".gitignore").read_text().splitlines()
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert next(line for line in lines if not line.startswith("#")) == "*"
    assert not [line for line in lines if line.startswith("!") and ("deployment" in line or "certs" in line)]


@pytest.mark.parametrize("name", HUBS)
def test_the_settings_load_and_each_path_in_them_is_there(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_of(monkeypatch, **HUBS[name]["environment"])
    assert not settings.development
    assert settings.server.tcp_port is None
    assert settings.server.socket is not None
    assert settings.policies.root is not None
    assert mounted(name, settings.server.socket) == ("sockets", True)
    for path in (settings.policies.heads, settings.audit.head, settings.recognition.directory):
        assert mounted(name, path) == (f"state-{name[-1]}", True)
    for path in (settings.keys, settings.policies.root):
        assert not mounted(name, path)[1]
    secret = re.search("passfile=(.*)", settings.database.dsn.get_secret_value())
    assert secret
    assert mounted(name, Path(secret[1])) == ("./deployment/pgpass", False)
    assert mounted(name, Path(OF_IMAGE["CMD"].split('"')[-2])) == ("./docs/examples/deployment/baygate.toml", False)


def test_the_hubs_know_the_database_by_the_password_that_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    dsn = settings_of(monkeypatch).database.dsn.get_secret_value()
    user, host, database = re.fullmatch(r"postgresql://(\w+)@(\w+)/(\w+)\?.*", dsn).groups()  # type: ignore[union-attr]
    said = SERVICES["postgres"]["environment"]
    assert (said["POSTGRES_USER"], said["POSTGRES_DB"]) == (user, database)
    assert host in SERVICES
    assert f"printf '{host}:5432:{database}:{user}:%s\\n' \"$(cat deployment/postgres-password)\"" in OPERATIONS
    assert said["POSTGRES_PASSWORD_FILE"] in mounts("postgres")


@pytest.mark.parametrize("block", re.findall(r"^```toml\n(.*?)^```$", OPERATIONS, re.DOTALL | re.MULTILINE))
def test_settings_that_the_text_shows_load(block: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings_of(monkeypatch)
    monkeypatch.delenv("BAYGATE_CONFIG")
    assert Settings(**{"database": {"dsn": "postgresql://"}} | tomllib.loads(block))


# The image


def test_the_hub_runs_as_the_user_that_the_image_has_made() -> None:
    assert {hub["user"] for hub in HUBS.values()} == {OF_IMAGE["USER"]} == {SERVICES["migrate"]["user"]}
    uid, gid = OF_IMAGE["USER"].split(":")
    assert f"useradd --uid {uid} --gid {gid} " in OF_IMAGE["RUN"]
    assert f"--owner {uid} --group {gid} --mode 0750 /run/baygate /var/lib/baygate" in OF_IMAGE["RUN"]
    options = COMPOSE["volumes"]["sockets"]["driver_opts"]["o"].split(",")
    assert {f"uid={uid}", f"gid={gid}", "mode=0750", "nosuid", "nodev", "noexec"} < set(options)
    assert f"| {uid} |" in OPERATIONS


def test_of_the_build_the_hub_alone_is_left() -> None:
    assert BUILD.startswith("python:3.12-slim AS build")
    assert IMAGE.startswith("python:3.12-slim\n")
    assert "pip uninstall" in IMAGE
    assert not re.search(r"apt|gcc|build-essential|pip install|curl", BUILD.replace("pip install", "", 2) + IMAGE)
    assert re.findall(r"^COPY (.*)$", IMAGE, re.MULTILINE) == ["--from=build /opt/baygate /opt/baygate"]


def test_what_is_installed_the_lock_has_hashes_for() -> None:
    (lock,) = re.findall(r"--require-hashes --only-binary :all: -r (\S+)", BUILD)
    assert "--hash=sha256:" in (ROOT / lock).read_text()
    others = list(re.findall(r"pip\S* .*?(?:install|wheel) (.*?)(?:&&|$)", BUILD, re.MULTILINE))
    assert len(others) == 3
    assert all("--no-index" in each for each in others)


def test_what_the_image_copies_reaches_the_builder() -> None:
    allowed = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    copied = re.findall(r"^COPY (?!--from)(.*)$", EXPLORER + BUILD, re.MULTILINE)
    sources = [each for line in copied for each in line.split()[:-1]]
    assert {"src", "pyproject.toml", "requirements/demo.txt", "portal"} <= set(sources)
    for source in sources:
        assert (ROOT / source).exists()
        assert any(fnmatch(source, each) or source.startswith(f"{each}/") for each in allowed), source


def test_the_explorer_is_built_of_what_its_lock_has_hashes_for() -> None:
    assert EXPLORER.startswith("node:22-slim AS explorer")
    assert re.findall(r"npm (\S+)", EXPLORER) == ["ci", "run"]
    lock = json.loads((ROOT / "portal" / "package-lock.json").read_text(encoding="utf-8"))
    installed = {name: each for name, each in lock["packages"].items() if name}
    assert all(each["integrity"].startswith("sha512-") for each in installed.values())
    assert not [name for name, each in installed.items() if "resolved" in each]
    assert "--from=explorer /build/src/baygate/portal/static src/baygate/portal/static" in BUILD


def test_it_is_stopped_as_a_hub_is_and_given_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    assert OF_IMAGE["STOPSIGNAL"] == "SIGTERM"
    drain = settings_of(monkeypatch).server.drain
    assert all(int(hub["stop_grace_period"][:-1]) > drain for hub in HUBS.values())


def test_its_health_check_tells_whether_a_hub_is_ready(world: Any, tmp_path: Path) -> None:
    path = tmp_path / "hub.sock"
    root = tmp_path / "root.jws"
    root.write_bytes(ROOT_DOCUMENT)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BAYGATE_")} | {
        "BAYGATE_PROFILE": "development",
        "BAYGATE_KEYS": str(tmp_path / "keys"),
        "BAYGATE_DATABASE__DSN": world.dsn,
        "BAYGATE_SERVER__SOCKET": str(path),
        "BAYGATE_OAUTH__ORIGIN": "https://localhost:8443",
        "BAYGATE_POLICIES__ROOT": str(root),
        "BAYGATE_POLICIES__HEADS": str(tmp_path / "heads.json"),
        "BAYGATE_AUDIT__HEAD": str(tmp_path / "audit-head.json"),
    }
    assert ENVIRONMENT["BAYGATE_SERVER__SOCKET"].startswith("/run/baygate/")
    options, _, command = OF_IMAGE["HEALTHCHECK"].partition("CMD ")
    assert "--timeout=5s" in options
    program = [sys.executable, *json.loads(command)[1:]]

    def healthy() -> bool:
        done = subprocess.run(program, env=environment, capture_output=True, timeout=10, check=False)
        return done.returncode == 0

    assert not healthy()
    with (tmp_path / "log").open("wb") as output:
        hub = subprocess.Popen(
            [sys.executable, "-m", "baygate", "serve"], env=environment, stdout=output, stderr=output
        )
    try:
        deadline = time.monotonic() + 40
        while not healthy():
            assert hub.poll() is None, (tmp_path / "log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.2)
    finally:
        hub.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            hub.wait(25)
        hub.kill()
    assert hub.wait() == 0
    assert not path.exists()


# nginx


def test_nginx_asks_the_hubs_where_they_listen_and_may() -> None:
    asked = re.findall(r"server unix:(\S+) ", NGINX)
    assert asked == [hub["environment"]["BAYGATE_SERVER__SOCKET"] for hub in HUBS.values()]
    assert mounts("nginx")["/run/baygate"][0] == "sockets"
    assert SERVICES["nginx"]["user"].split(":")[1] == OF_IMAGE["USER"].split(":")[1]


def test_what_nginx_reads_and_writes_is_there() -> None:
    own = mounts("nginx")
    assert own["/etc/nginx/nginx.conf"][0] == "./docs/examples/nginx.conf"
    for name in ("ssl_certificate", "ssl_certificate_key"):
        path = directive(name)
        assert mounted("nginx", Path(path)) == ("./deployment/tls", False)
        assert f"`tls/{Path(path).name}`" in OPERATIONS
    (tmpfs,) = SERVICES["nginx"]["tmpfs"]
    uid, gid = SERVICES["nginx"]["user"].split(":")
    assert tmpfs.startswith(f"/run/nginx:uid={uid},gid={gid},mode=0700")
    for name in ("pid", "client_body_temp_path", "proxy_temp_path", "fastcgi_temp_path"):
        assert directive(name).startswith("/run/nginx/")
    assert directive("listen").split()[0] == SERVICES["nginx"]["ports"][0].rsplit(":", 1)[1]


def test_nginx_replaces_what_clients_say_of_certificates_and_judges_none() -> None:
    assert directive("ssl_verify_client") == "optional_no_ca"
    replaced = dict(re.findall(r"^ *proxy_set_header (\S+) ([^;]+);", NGINX, re.MULTILINE))
    assert replaced["X-Client-Cert"] == "$ssl_client_escaped_cert"
    assert replaced["Client-Cert"] == replaced["Client-Cert-Chain"] == '""'
    # one proxy_set_header in a location would undo all of them there
    assert NGINX.rindex("proxy_set_header") < NGINX.index("location ")


def test_nginx_is_more_patient_and_roomier_than_a_hub_and_leaves_idle_connections_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limits = settings_of(monkeypatch).limits
    assert size(directive("client_max_body_size")) > limits.body
    assert directive("client_body_buffer_size") == directive("client_max_body_size")
    assert size(directive("large_client_header_buffers").split()[1]) > limits.url
    assert int(directive("proxy_read_timeout")[:-1]) > limits.time
    of_upstream = re.search(r"upstream hubs \{.*?keepalive_timeout (\d+)s", NGINX, re.DOTALL)
    assert of_upstream
    assert int(of_upstream[1]) < 5, "uvicorn's timeout_keep_alive"

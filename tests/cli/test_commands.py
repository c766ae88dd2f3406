"""The command line as its users meet it: what it says, and what it says when something is wrong."""

from pathlib import Path

import pytest
from tests import command_line
from tests.command_line import Done

ROOT = Path(__file__).resolve().parents[2]


def baygate(*arguments: str, given: str = "", **environment: str) -> Done:
    return command_line.baygate(*arguments, given=given, directory=ROOT, **environment)


@pytest.mark.parametrize(
    "command", [[], ["demo"], ["serve"], ["query"], ["schema"], ["db"], ["sample"], ["schema", "check"]]
)
def test_every_command_explains_itself(command: list[str]) -> None:
    done = baygate(*command, "--help")
    assert done.returncode == 0
    assert "Usage:" in done.stdout
    assert len(done.stdout.splitlines()) > 4


DEVELOPMENT = {"BAYGATE_DATABASE__DSN": "postgresql:///x", "BAYGATE_PROFILE": "development"}


@pytest.mark.parametrize(
    ("arguments", "environment", "told"),
    [
        (["serve"], {}, "database: Field required"),
        (["serve", "--config", "no/such.toml"], {}, "There is no settings file"),
        (["serve"], DEVELOPMENT | {"BAYGATE_SERVER__HOST": "0.0.0.0"}, "not a loopback"),
        (
            ["serve"],
            DEVELOPMENT | {"BAYGATE_SERVER__HOST": "example.com"},
            "not a loopback",
        ),
        (["serve"], {"BAYGATE_DATABASE__DSN": "postgresql:///x", "BAYGATE_LIMITS__DEPTH": "0"}, "limits.depth"),
        (
            ["serve"],
            {"BAYGATE_DATABASE__DSN": "postgresql:///x", "BAYGATE_DOCUMENTS__TRUST": "only"},
            "names no documents",
        ),
        (["db", "status", "--dsn", "postgresql://127.0.0.1:1/x"], {}, "No PostgreSQL answers"),
        (["db", "status", "--dsn", "nonsense"], {}, "not a postgresql:// address"),
        (["query", "-", "--clients", "no/such"], {}, "`make demo` makes some"),
        (["query", "-", "--url", "file:///etc/passwd"], {}, "not an http address"),
        (["query", "-", "--variables", "{"], {}, "--variables is not JSON"),
        (["schema", "check", "--directory", "no/such"], {}, "baygate schema export"),
    ],
)
def test_an_error_says_what_to_do_and_shows_no_stack(
    arguments: list[str], environment: dict[str, str], told: str
) -> None:
    done = baygate(*arguments, **environment)
    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_setting_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "baygate.toml"
    file.write_text('[database]\ndsn = "postgresql:///x"\n[server]\nporrt = 1\n')
    done = baygate("serve", "--config", str(file))
    assert done.returncode == 1
    assert "server.porrt" in done.stderr


def test_a_file_that_is_not_toml_is_named(tmp_path: Path) -> None:
    file = tmp_path / "baygate.toml"
    file.write_text("= nonsense")
    assert "is not TOML" in baygate("serve", "--config", str(file)).stderr


def test_the_committed_contract_is_what_the_code_says() -> None:
    assert baygate("schema", "check").returncode == 0


def test_a_breaking_change_is_named(tmp_path: Path) -> None:
    assert baygate("schema", "export", "--directory", str(tmp_path)).returncode == 0
    api = tmp_path / "api.graphql"
    api.write_text(api.read_text().replace("type PageInfo {", "type PageInfo {\n  goneSince: Int\n"))
    done = baygate("schema", "check", "--directory", str(tmp_path))
    assert done.returncode == 1
    assert "breaks" in done.stdout
    assert "PageInfo.goneSince" in done.stdout


def test_a_database_is_upgraded_filled_and_described(empty_database: str, tmp_path: Path) -> None:
    dsn = empty_database
    before = baygate("db", "status", "--dsn", dsn)
    assert before.returncode == 1
    assert "baygate db upgrade" in before.stderr
    assert baygate("db", "upgrade", "--dsn", dsn).returncode == 0
    assert baygate("db", "status", "--dsn", dsn).returncode == 0
    sample = ["sample", "--dsn", dsn, "--enterprises", "20", "--keys", str(tmp_path / "keys")]
    filled = baygate(*sample)
    assert filled.returncode == 0, filled.stderr
    assert "rows in" in filled.stdout
    again = baygate(*sample)
    assert again.returncode == 1
    assert "--replace" in again.stderr
    assert baygate(*sample, "--replace").returncode == 0


def test_the_api_is_printed_for_clients_and_for_routers() -> None:
    assert "_entities" in baygate("schema", "print").stdout
    assert "@link(" in baygate("schema", "print", "--subgraph").stdout

"""``baygate schema compose``: subgraphs as one supergraph."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from tests.command_line import Done, baygate
from tests.subgraph_service import LINK, serving, telling

from baygate.sources.registered import composed, settings_of
from baygate.sources.remote.remote import Remote
from baygate.sources.supergraph.join import read
from baygate.storage import sources
from baygate.storage.database import Database
from baygate.storage.sources import NewSource

TAX = LINK + 'type Company @key(fields: "id") { id: ID! tax: Int } type Query { taxed: Company }\n'
RISK = LINK + 'type Company @key(fields: "id") { id: ID! risk: Int } type Query { risky: Company }\n'
NOWHERE = {"BAYGATE_DATABASE__DSN": "postgresql://127.0.0.1:1/none"}


@pytest.fixture
def compose(tmp_path: Path) -> Any:
    """Run the command where two schemas are in files, and no database is."""
    (tmp_path / "tax.graphql").write_text(TAX)
    (tmp_path / "risk.graphql").write_text(RISK)
    return lambda *arguments, **environment: baygate(
        "schema", "compose", *arguments, directory=tmp_path, **(NOWHERE | environment)
    )


def graphs(text: str) -> dict[str, str]:
    return {each.name: each.url for each in read(text).federation().graphs}


def test_files_are_composed_without_a_database(compose: Any) -> None:
    done = compose("--source", "tax=tax.graphql", "--source", "risk=risk.graphql", "--no-hub")
    assert done.returncode == 0, done.stderr
    assert graphs(done.stdout) == {"tax": "", "risk": ""}
    assert {"tax", "risk"} <= read(done.stdout).api.type_map["Company"].fields.keys()  # type: ignore[attr-defined]


def test_a_service_is_asked_for_its_schema(compose: Any) -> None:
    with serving(telling(TAX)) as service:
        done = compose("--source", f"tax={service.url}", "--no-hub")
    assert done.returncode == 0, done.stderr
    assert graphs(done.stdout) == {"tax": service.url}


def test_the_hub_is_composed_along_unless_it_is_left_out(compose: Any, tmp_path: Path) -> None:
    done = compose("--source", "tax=tax.graphql", "-o", "made.graphql")
    assert (done.returncode, done.stdout) == (0, "wrote made.graphql\n"), done.stderr
    made = (tmp_path / "made.graphql").read_text()
    assert graphs(made).keys() == {"hub", "tax"}
    assert "MainlandEnterprise" in read(made).api.type_map


def test_what_does_not_compose_is_said_problem_by_problem(compose: Any, tmp_path: Path) -> None:
    (tmp_path / "risk.graphql").write_text(RISK.replace("risk: Int", "tax: Int"))
    done = compose("--source", "tax=tax.graphql", "--source", "risk=risk.graphql", "--no-hub", "-o", "made.graphql")
    assert done.returncode == 1
    assert "INVALID_FIELD_SHARING: Company.tax (risk, tax)" in done.stderr
    assert "baygate: The sources make no supergraph: 1 problem." in done.stderr
    assert not (tmp_path / "made.graphql").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--source", "tax"], "--source tax does not say what is where"),
        (["--source", "tax=gone.graphql"], "gone.graphql cannot be read"),
        (["--source", "tax=http://tax.example/"], "plain HTTP"),
        (["--source", "tax=http://127.0.0.1:1/"], "The source tax cannot be reached"),
        (["--source", "tax=tax.graphql", "--no-hub", "-o", "gone/made.graphql"], "cannot be written"),
        (["--no-hub"], "No PostgreSQL answers"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else "",
)
def test_what_cannot_be_composed_is_refused(compose: Any, arguments: list[str], told: str) -> None:
    done = compose(*arguments)
    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr


# What is registered


def register(dsn: str, *new: NewSource, made_of: tuple[NewSource, ...] = ()) -> None:
    async def registering() -> None:
        connection = await Database(dsn).connect()
        for each in new:
            await sources.add(connection, each, "me")
        made = composed(made_of or new)
        await sources.put_in_force(connection, made.sdl, made.made_of, "me")
        await connection.close()

    asyncio.run(registering())


def source(name: str, sdl: str) -> NewSource:
    remote = Remote(name, name, f"https://{name}.example/graphql")
    return NewSource(name, name, remote.url, sdl, settings_of(remote))


def registered(compose: Any, dsn: str, *arguments: str) -> Done:
    done: Done = compose(*arguments, BAYGATE_DATABASE__DSN=dsn)
    return done


def test_without_sources_it_is_what_is_registered(compose: Any, database: str) -> None:
    assert graphs(registered(compose, database).stdout) == {"hub": ""}
    register(database, source("tax", TAX))
    done = registered(compose, database)
    assert graphs(done.stdout) == {"hub": "", "tax": "https://tax.example/graphql"}
    assert done.stderr == ""
    assert graphs(registered(compose, database, "--no-hub").stdout) == {"tax": "https://tax.example/graphql"}


def test_that_hubs_answer_by_another_supergraph_is_said(compose: Any, database: str) -> None:
    register(database, source("tax", TAX), made_of=(source("tax", TAX.replace("tax: Int", "tax: Int old: Int")),))
    done = registered(compose, database)
    assert done.returncode == 0
    assert "old: Int" not in done.stdout
    assert "Mind: version 1, which is in force, is another." in done.stderr


def test_without_the_hub_there_must_be_a_source(compose: Any, database: str) -> None:
    done = registered(compose, database, "--no-hub")
    assert done.returncode == 1
    assert "No source is registered." in done.stderr

"""``baygate schema plan``: which requests answer an operation."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from tests.command_line import Done, baygate

from baygate.sources.composition import Subgraph, compose
from baygate.storage import sources
from baygate.storage.database import Database

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.11", import: ["@key" "@override"])\n'
REGISTER = (
    LINK
    + 'type Company @key(fields: "id") { id: ID! name: String rate: Int } type Query { companies(n: Int!): [Company] }'
)
TAX = LINK + 'type Company @key(fields: "id") { id: ID! tax: Int rate: Int @override(from: "register", label: "late") }'
QUERY = "query($n: Int!) { companies(n: $n) { name tax } }"


def supergraph() -> str:
    return compose([Subgraph("register", "https://r.example/", REGISTER), Subgraph("tax", "https://t.example/", TAX)])


@pytest.fixture
def plan(tmp_path: Path) -> Any:
    """Run the command where there is a supergraph."""
    (tmp_path / "made.graphql").write_text(supergraph())
    (tmp_path / "query.graphql").write_text(QUERY)

    def run(*arguments: str, given: str = "") -> Done:
        return baygate("schema", "plan", "--supergraph", "made.graphql", *arguments, given=given, directory=tmp_path)

    return run


def test_a_plan_is_a_tree_of_requests(plan: Any) -> None:
    done = plan(QUERY, "--variables", '{"n": 1}')
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "1. register",
        "│  why   Query.companies from register",
        "│    query ($v0: Int!) {",
        "│      companies(n: $v0) {",
        "│        id",
        "│        name",
        "│      }",
        "│    }",
        "│",
        "└─ 2. tax after 1",
        "      at    companies[]",
        "      with  Company { id }",
        "      why   Company.tax from tax",
        "      why   Company is entered by its key id",
        "        query ($representations: [_Any!]!) {",
        "          _entities(representations: $representations) {",
        "            ... on Company {",
        "              tax",
        "            }",
        "          }",
        "        }",
    ]


def test_an_operation_comes_as_text_from_a_file_or_from_standard_input(plan: Any) -> None:
    asked = plan(QUERY, "-v", '{"n": 1}').stdout
    assert plan("query.graphql", "-v", '{"n": 1}').stdout == asked
    assert plan("-", "-v", '{"n": 1}', given=QUERY).stdout == asked


def test_as_json_it_is_for_other_tools(plan: Any) -> None:
    told = json.loads(plan(QUERY, "-v", '{"n": 1}', "--json").stdout)
    assert [(each["number"], each["source"], each["after"]) for each in told] == [(1, "register", []), (2, "tax", [1])]


def test_of_several_operations_one_is_named(plan: Any) -> None:
    both = "query a { companies(n: 1) { name } } query b { companies(n: 1) { tax } }"
    assert "several operations" in plan(both).stderr
    assert "2. tax" not in plan(both, "--operation", "a").stdout
    assert "2. tax" in plan(both, "--operation", "b").stdout


def test_an_override_counts_once_its_label_is_in_effect(plan: Any) -> None:
    query = "{ companies(n: 1) { rate } }"
    assert "tax" not in plan(query).stdout
    assert "Company.rate from tax" in plan(query, "--label", "late").stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["{ companies(n: 1) { gone } }"], "Cannot query field 'gone' on type 'Company'. (1:21)"),
        (["{ companies"], "Syntax Error"),
        ([QUERY], "Variable $n is required"),
        ([QUERY, "--variables", "{"], "--variables is not JSON"),
        ([QUERY, "--variables", "[]"], "--variables is not an object"),
        (["gone.graphql"], "gone.graphql cannot be read"),
        ([QUERY, "--supergraph", "gone.graphql"], "gone.graphql cannot be read"),
        ([QUERY, "--supergraph", "query.graphql"], "query.graphql: "),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else "",
)
def test_what_cannot_be_planned_is_refused(plan: Any, arguments: list[str], told: str) -> None:
    done = plan(*arguments)
    assert done.returncode == 1
    assert done.stderr.startswith("baygate: ")
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_not_text_is_refused(plan: Any, tmp_path: Path) -> None:
    (tmp_path / "query.graphql").write_bytes(b"{ \xff }")
    assert "query.graphql is not UTF-8" in plan("query.graphql").stderr


# Without a file


def test_the_supergraph_in_force_is_planned_over(database: str) -> None:
    async def put() -> None:
        connection = await Database(database).connect()
        await sources.put_in_force(connection, supergraph(), {}, "me")
        await connection.close()

    asyncio.run(put())
    done = baygate("schema", "plan", "{ companies(n: 1) { tax } }", "--dsn", database)
    assert done.returncode == 0, done.stderr
    assert "2. tax after 1" in done.stdout


def test_with_no_source_registered_the_hub_is_all_there_is(database: str) -> None:
    done = baygate("schema", "plan", "{ catalogue { title } }", "--dsn", database)
    assert "1. hub\n" in done.stdout, done.stderr


def test_what_the_hub_asks_of_its_own_records_is_shown_as_sql(database: str) -> None:
    done = baygate("schema", "plan", "{ parties(first: 1) { nodes { id } } }", "--sql", "--dsn", database)
    assert "1. hub\n" in done.stdout, done.stderr
    assert "FROM party AS t1 ORDER BY t1.party_id" in done.stdout

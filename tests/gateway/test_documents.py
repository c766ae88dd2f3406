"""Persisted operations: automatic ones by Apollo's protocol, and trusted ones by documentId."""

import hashlib
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import get_introspection_query

from baygate.gateway.call import Call
from baygate.gateway.documents import Documents, Trust, digest_of, trusted_documents
from baygate.gateway.refusal import Refusal
from baygate.settings import DocumentSettings

JSON = "application/json"


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def persisted(digest: str, query: str | None = None, version: Any = 1) -> dict[str, Any]:
    extensions = {"extensions": {"persistedQuery": {"version": version, "sha256Hash": digest}}}
    return extensions if query is None else {"query": query} | extensions


def code(answer: Any) -> str:
    (error,) = answer.json()["errors"]
    return str(error["extensions"]["code"])


class TestAutomatic:
    def test_a_digest_alone_is_answered_once_its_text_was_sent_along(self, hub: Any) -> None:
        query = "{ automatic: __typename }"
        unknown = hub.post(persisted(sha256(query)))
        assert (unknown.status_code, code(unknown)) == (400, "PERSISTED_QUERY_NOT_FOUND")
        assert hub.post(persisted(sha256(query), query)).json() == {"data": {"automatic": "Query"}}
        assert hub.post(persisted(sha256(query))).json() == {"data": {"automatic": "Query"}}

    def test_a_get_with_a_digest_alone_is_answered(self, hub: Any) -> None:
        query = "{ byGet: __typename }"
        hub.post(persisted(sha256(query), query))
        answer = hub.get(extensions=json.dumps(persisted(sha256(query))["extensions"]))
        assert (answer.status_code, answer.json()) == (200, {"data": {"byGet": "Query"}})

    def test_a_text_that_was_asked_before_without_its_digest_is_kept_too(self, hub: Any) -> None:
        query = "{ askedBefore: __typename }"
        hub.ask(query)
        hub.post(persisted(sha256(query), query))
        assert hub.post(persisted(sha256(query))).json() == {"data": {"askedBefore": "Query"}}

    def test_a_text_is_not_kept_unless_its_digest_came_with_it(self, hub: Any) -> None:
        query = "{ neverRegistered: __typename }"
        hub.ask(query)
        assert code(hub.post(persisted(sha256(query)))) == "PERSISTED_QUERY_NOT_FOUND"

    @pytest.mark.parametrize("query", ["{ noSuchField }", "{", "{ __typename }" + " " * 10 + "x"])
    def test_a_text_that_is_not_valid_is_not_kept(self, hub: Any, query: str) -> None:
        assert hub.post(persisted(sha256(query), query)).status_code == 400
        assert code(hub.post(persisted(sha256(query)))) == "PERSISTED_QUERY_NOT_FOUND"

    def test_clients_find_the_protocols_own_words(self, hub: Any) -> None:
        for accept in ("application/graphql-response+json", JSON):
            unknown = hub.post(persisted("0" * 64), accept=accept)
            assert unknown.json()["errors"][0]["message"] == "PersistedQueryNotFound"
        assert unknown.status_code == 200, "clients of old read the body of a 200"
        version = hub.post(persisted("0" * 64, version=2))
        assert version.json()["errors"][0]["message"] == "PersistedQueryNotSupported"
        assert code(version) == "PERSISTED_QUERY_NOT_SUPPORTED"

    @pytest.mark.parametrize("digest", ["0" * 64, "", "x", sha256("{ __typename }").upper()])
    def test_a_digest_that_is_not_the_texts_is_refused(self, hub: Any, digest: str) -> None:
        answer = hub.post(persisted(digest, "{ __typename }"))
        assert (answer.status_code, code(answer)) == (400, "PERSISTED_QUERY_MISMATCH")

    @pytest.mark.parametrize(
        "extension",
        [1, "x", [], {}, {"version": 1}, {"version": 1, "sha256Hash": 1}, {"version": 1, "sha256Hash": None}],
    )
    def test_a_malformed_extension_is_a_bad_request(self, hub: Any, extension: Any) -> None:
        answer = hub.post({"query": "{ __typename }", "extensions": {"persistedQuery": extension}}, accept=JSON)
        assert (answer.status_code, code(answer)) == (400, "BAD_REQUEST")

    def test_a_mutation_known_by_its_digest_does_not_come_by_get_either(self, hub: Any) -> None:
        answer = hub.get(
            query="mutation { a }", extensions=json.dumps(persisted(sha256("mutation { a }"))["extensions"])
        )
        assert answer.status_code == 405

    def test_what_is_kept_is_bounded_in_bytes(self) -> None:
        documents = Documents({}, Trust.ANY, 3_000)
        texts = [f"{{ a{i}: __typename }}" for i in range(100)]
        for text in texts:
            documents.keep(Call(text, sha256(text)), sha256(text), text)
        assert documents.find(Call(None, sha256(texts[-1])))[1] == texts[-1]
        with pytest.raises(Refusal):
            documents.find(Call(None, sha256(texts[0])))


TRUSTED = "query Trusted($first: Int) { parties(first: $first) { nodes { id } } }"


@pytest.fixture(scope="module")
def only(serve: Any, hub: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A hub that answers trusted documents only."""
    directory = tmp_path_factory.mktemp("trusted")
    (directory / "parties").mkdir()
    (directory / "parties" / "trusted.graphql").write_text(TRUSTED, encoding="utf-8")
    with serve("development", documents__trusted=directory, documents__trust="only") as only:
        yield only


class TestTrustedOnly:
    @pytest.mark.parametrize(
        "body",
        [
            {"documentId": sha256(TRUSTED)},
            {"documentId": "sha256:" + sha256(TRUSTED)},
            {"query": "", "documentId": sha256(TRUSTED)},
            {"query": TRUSTED},
            persisted(sha256(TRUSTED)),
            persisted(sha256(TRUSTED), TRUSTED),
        ],
        ids=["documentId", "documentId with prefix", "empty query", "its text", "its digest", "both"],
    )
    def test_a_trusted_document_is_answered_however_it_is_named(self, only: Any, body: Any) -> None:
        answer = only.post(body | {"variables": {"first": 2}})
        assert answer.status_code == 200
        assert len(answer.json()["data"]["parties"]["nodes"]) == 2

    def test_a_trusted_document_comes_by_get_too(self, only: Any) -> None:
        answer = only.get(documentId=sha256(TRUSTED), variables='{"first": 1}')
        assert len(answer.json()["data"]["parties"]["nodes"]) == 1

    @pytest.mark.parametrize("accept", [JSON, "application/graphql-response+json"])
    @pytest.mark.parametrize(
        "body",
        [
            {"query": get_introspection_query()},
            {"query": "{ _service { sdl } }"},
            {"query": "{ __typename }"},
            {"query": TRUSTED + " "},
            {"query": "{"},
            {"documentId": "0" * 64},
            {"documentId": ""},
            persisted("0" * 64),
            persisted(sha256("{ __typename }"), "{ __typename }"),
        ],
        ids=[
            "introspection",
            "sdl",
            "typename",
            "a space more",
            "malformed",
            "unknown id",
            "no id",
            "unknown digest",
            "automatic",
        ],
    )
    def test_any_other_is_forbidden(self, only: Any, body: Any, accept: str) -> None:
        answer = only.post(body, accept=accept)
        assert (answer.status_code, code(answer)) == (403, "DOCUMENT_NOT_TRUSTED")
        assert set(answer.json()) == {"errors"}

    def test_a_get_is_forbidden_as_well(self, only: Any) -> None:
        assert only.get(query="{ __typename }").status_code == 403


TRUSTED_TEXTS = {digest_of("{ a }"): "{ a }"}


class TestPhases:
    @pytest.mark.parametrize("trust", list(Trust))
    def test_a_trusted_document_passes_in_silence(self, trust: Trust, caplog: pytest.LogCaptureFixture) -> None:
        documents = Documents(TRUSTED_TEXTS, trust, 1_000)
        assert documents.find(Call("{ a }")) == (digest_of("{ a }"), "{ a }")
        assert documents.find(Call(None, digest_of("{ a }"))) == (digest_of("{ a }"), "{ a }")
        assert not caplog.records

    def test_any_lets_others_pass_in_silence(self, caplog: pytest.LogCaptureFixture) -> None:
        assert Documents(TRUSTED_TEXTS, Trust.ANY, 1_000).find(Call("{ b }"))[1] == "{ b }"
        assert not caplog.records

    def test_log_lets_others_pass_and_says_so(self, caplog: pytest.LogCaptureFixture) -> None:
        documents = Documents(TRUSTED_TEXTS, Trust.LOG, 1_000)
        with caplog.at_level(logging.WARNING):
            assert documents.find(Call("{ b }"))[1] == "{ b }"
        (record,) = caplog.records
        assert digest_of("{ b }") in record.getMessage()

    def test_log_says_nothing_of_digests_that_nobody_could_trust(self, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.WARNING), pytest.raises(Refusal) as refusal:
            Documents(TRUSTED_TEXTS, Trust.LOG, 1_000).find(Call(None, "forged\nline"))
        assert refusal.value.code == "PERSISTED_QUERY_NOT_FOUND"
        assert not caplog.records

    def test_only_forbids_others(self) -> None:
        for call in (Call("{ b }"), Call(None, digest_of("{ b }"))):
            with pytest.raises(Refusal) as refusal:
                Documents(TRUSTED_TEXTS, Trust.ONLY, 1_000).find(call)
            assert (refusal.value.status, refusal.value.code) == (403, "DOCUMENT_NOT_TRUSTED")

    @pytest.mark.parametrize("trust", ["log", "only"])
    def test_a_phase_without_trusted_documents_is_a_mistake(self, trust: str) -> None:
        with pytest.raises(ValueError, match="names no documents"):
            DocumentSettings(trust=Trust(trust))


class TestFiles:
    def test_a_directory_of_documents_is_read_to_its_depths(self, tmp_path: Path) -> None:
        (tmp_path / "a").mkdir()
        (tmp_path / "a" / "x.graphql").write_text("{ 甲: __typename }", encoding="utf-8")
        (tmp_path / "notes.txt").write_text("no document")
        assert trusted_documents(tmp_path) == {digest_of("{ 甲: __typename }"): "{ 甲: __typename }"}

    @pytest.mark.parametrize("prefix", ["", "sha256:"])
    def test_a_manifest_maps_digests_to_texts(self, tmp_path: Path, prefix: str) -> None:
        file = tmp_path / "manifest.json"
        file.write_text(json.dumps({prefix + digest_of("{ a }"): "{ a }"}))
        assert trusted_documents(file) == {digest_of("{ a }"): "{ a }"}

    def test_a_manifest_whose_digest_is_not_the_texts_is_refused(self, tmp_path: Path) -> None:
        file = tmp_path / "manifest.json"
        file.write_text(json.dumps({"0" * 64: "{ a }"}))
        with pytest.raises(ValueError, match=digest_of("{ a }")):
            trusted_documents(file)

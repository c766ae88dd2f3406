"""GraphQL over HTTP, point by point: what the public audits ask for, and what the specification adds to them."""

import socket
from typing import Any

import pytest

JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"
BOTH = pytest.mark.parametrize("media", [JSON, GRAPHQL_RESPONSE])
TYPENAME = {"query": "{ __typename }"}
TYPE = "query Type($name: String!) { __type(name: $name) { name } }"
NOT_A_STRING = pytest.mark.parametrize("value", [{"obj": "ect"}, 0, False, ["array"]], ids=repr)
NOT_AN_OBJECT = pytest.mark.parametrize("value", ["string", 0, False, ["array"]], ids=repr)


def codes(answer: Any) -> list[str]:
    return [error["extensions"]["code"] for error in answer.json()["errors"]]


class TestMediaTypes:
    @BOTH
    def test_the_answer_is_in_the_media_type_that_was_asked_for(self, hub: Any, media: str) -> None:
        answer = hub.post(TYPENAME, accept=media)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == f"{media}; charset=utf-8"
        assert answer.json() == {"data": {"__typename": "Query"}}

    @pytest.mark.parametrize("accept", ["*/*", "application/*", "text/html, */*;q=0.1"])
    def test_a_wildcard_gets_application_json(self, hub: Any, accept: str) -> None:
        assert hub.post(TYPENAME, accept=accept).headers["content-type"] == "application/json; charset=utf-8"

    def test_no_accept_header_means_application_json(self, hub: Any) -> None:
        request = hub.client.build_request("POST", hub.url, json=TYPENAME)
        del request.headers["accept"]
        answer = hub.client.send(request)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json; charset=utf-8"

    @pytest.mark.parametrize("accept", ["text/html", "application/json;q=0", "application/json;charset=gbk", "*/*;q=0"])
    def test_a_client_that_accepts_neither_media_type_gets_406(self, hub: Any, accept: str) -> None:
        answer = hub.post(TYPENAME, accept=accept)
        assert answer.status_code == 406
        assert codes(answer) == ["NOT_ACCEPTABLE"]

    @pytest.mark.parametrize("accepts", [(JSON, "text/html"), ("text/html", JSON)])
    def test_several_accept_headers_are_one_list(self, hub: Any, accepts: tuple[str, str]) -> None:
        lines = "".join(f"accept: {each}\r\n" for each in accepts)
        lines += hub.authorization().decode()
        request = f"GET /graphql?query=%7B__typename%7D HTTP/1.1\r\nhost: h\r\n{lines}\r\n"
        with socket.create_connection(("127.0.0.1", hub.port), timeout=10) as connection:
            connection.sendall(request.encode())
            assert _answer(connection) == (200, b'{"data":{"__typename":"Query"}}')

    def test_caches_are_told_what_the_answer_depends_on_and_that_it_is_not_to_be_kept(self, hub: Any) -> None:
        headers = hub.post(TYPENAME).headers
        assert set(headers["vary"].lower().split(", ")) == {"accept", "authorization", "origin"}
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"


class TestEncoding:
    @pytest.mark.parametrize(
        "content_type", [JSON, "application/json; charset=utf-8", 'Application/JSON;charset="UTF-8"']
    )
    def test_a_body_is_utf_8_whether_it_says_so_or_not(self, hub: Any, content_type: str) -> None:
        body = '{"query": "{ __typename } # 查询"}'.encode()
        assert hub.post(body, **{"content-type": content_type}).status_code == 200

    def test_characters_beyond_ascii_are_taken(self, hub: Any) -> None:
        answer = hub.post('{"query": "{ __type(name: \\"Run🏃Swim🏊\\") { name } }"}'.encode())
        assert (answer.status_code, answer.json()) == (200, {"data": {"__type": None}})

    def test_chinese_goes_in_and_comes_out_unchanged(self, hub: Any) -> None:
        names = hub.ask("{ parties(first: 1, where: {kind: MAINLAND}) { nodes { name } } }")
        name = names.json()["data"]["parties"]["nodes"][0]["name"]
        assert any("\u4e00" <= character <= "\u9fff" for character in name)
        assert name.encode() in names.content
        query = "query ($prefix: String!) { parties(first: 100, where: {namePrefix: $prefix}) { nodes { name } } }"
        found = hub.ask(query, {"prefix": name}).json()["data"]["parties"]["nodes"]
        assert {"name": name} in found
        literal = f'{{ parties(first: 100, where: {{namePrefix: "{name}"}}) {{ nodes {{ name }} }} }}'
        assert hub.ask(literal).json()["data"]["parties"]["nodes"] == found
        assert hub.get(query=literal).json()["data"]["parties"]["nodes"] == found

    @BOTH
    def test_the_answer_says_that_it_is_utf_8_and_is(self, hub: Any, media: str) -> None:
        answer = hub.post({"query": '{ __type(name: "Party") { description } }'}, accept=media)
        assert answer.headers["content-type"].endswith("charset=utf-8")
        assert "主体" in answer.content.decode("utf-8")


class TestMethods:
    @BOTH
    def test_post_is_answered(self, hub: Any, media: str) -> None:
        assert hub.post(TYPENAME, accept=media).status_code == 200

    @BOTH
    def test_get_is_answered(self, hub: Any, media: str) -> None:
        answer = hub.get(query="{ __typename }", accept=media)
        assert (answer.status_code, answer.json()) == (200, {"data": {"__typename": "Query"}})

    @BOTH
    @pytest.mark.parametrize("operation", ["mutation { __typename }", "subscription { __typename }"])
    def test_a_mutation_does_not_come_by_get(self, hub: Any, media: str, operation: str) -> None:
        answer = hub.get(query=operation, accept=media)
        assert answer.status_code == 405
        assert answer.headers["allow"] == "POST"
        assert codes(answer) == ["METHOD_NOT_ALLOWED"]

    def test_a_get_may_choose_a_query_in_a_document_that_has_a_mutation_too(self, hub: Any) -> None:
        document = "query Q { __typename } query R { __typename }"
        assert hub.get(query=document, operationName="Q").status_code == 200

    @pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE"])
    def test_other_methods_get_405_and_are_told_which_to_use(self, hub: Any, method: str) -> None:
        answer = hub.client.request(method, hub.url)
        assert answer.status_code == 405
        assert answer.headers["allow"] == "GET, POST"
        assert (answer.content == b"") == (method == "HEAD")

    @BOTH
    def test_a_get_takes_variables_as_json_in_the_url(self, hub: Any, media: str) -> None:
        answer = hub.get(query=TYPE, variables='{"name": "Party"}', accept=media)
        assert (answer.status_code, answer.json()) == (200, {"data": {"__type": {"name": "Party"}}})

    def test_empty_parameters_of_a_get_count_as_absent(self, hub: Any) -> None:
        answer = hub.get(query="{ __typename }", variables="", operationName="", extensions="")
        assert (answer.status_code, "errors" in answer.json()) == (200, False)

    def test_a_url_that_is_too_long_gets_414(self, hub: Any) -> None:
        answer = hub.get(query="{ __typename } #" + "x" * 20_000)
        assert answer.status_code == 414
        assert codes(answer) == ["LIMIT_EXCEEDED"]


class TestContentType:
    @pytest.mark.parametrize(
        "content_type",
        [
            None,
            "",
            "text/plain",
            "application/graphql",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/json; charset=gbk",
            "application/jsonp",
        ],
    )
    def test_a_post_that_is_not_said_to_be_json_in_utf_8_gets_415(self, hub: Any, content_type: str | None) -> None:
        request = hub.client.build_request("POST", hub.url, json=TYPENAME)
        del request.headers["content-type"]
        if content_type is not None:
            request.headers["content-type"] = content_type
        answer = hub.client.send(request)
        assert answer.status_code == 415
        assert answer.headers["accept-post"] == JSON
        assert codes(answer) == ["UNSUPPORTED_MEDIA_TYPE"]

    def test_a_packed_body_gets_415(self, hub: Any) -> None:
        answer = hub.post(b"\x1f\x8b", **{"content-encoding": "gzip"})
        assert answer.status_code == 415
        assert answer.headers["accept-encoding"] == "identity"


class TestParameters:
    @BOTH
    def test_a_missing_body_gets_400(self, hub: Any, media: str) -> None:
        assert hub.post(b"", accept=media).status_code == 400

    @BOTH
    @pytest.mark.parametrize("body", [{}, {"notquery": "{ __typename }"}, {"qeury": "{ __typename }"}, {"query": None}])
    def test_a_missing_query_gets_400(self, hub: Any, media: str, body: Any) -> None:
        answer = hub.post(body, accept=media)
        assert answer.status_code == 400
        assert codes(answer) == ["BAD_REQUEST"]

    @BOTH
    @NOT_A_STRING
    @pytest.mark.parametrize("name", ["query", "operationName"])
    def test_a_parameter_that_should_be_a_string_and_is_not_gets_400(
        self, hub: Any, media: str, name: str, value: Any
    ) -> None:
        answer = hub.post(TYPENAME | {name: value}, accept=media)
        assert answer.status_code == 400
        assert codes(answer) == ["BAD_REQUEST"]

    @BOTH
    @NOT_AN_OBJECT
    @pytest.mark.parametrize("name", ["variables", "extensions"])
    def test_a_parameter_that_should_be_an_object_and_is_not_gets_400(
        self, hub: Any, media: str, name: str, value: Any
    ) -> None:
        answer = hub.post(TYPENAME | {name: value}, accept=media)
        assert answer.status_code == 400
        assert codes(answer) == ["BAD_REQUEST"]

    @BOTH
    @pytest.mark.parametrize("name", ["variables", "operationName", "extensions"])
    def test_an_optional_parameter_may_be_null(self, hub: Any, media: str, name: str) -> None:
        answer = hub.post(TYPENAME | {name: None}, accept=media)
        assert (answer.status_code, answer.json()) == (200, {"data": {"__typename": "Query"}})

    @BOTH
    def test_the_query_is_a_string(self, hub: Any, media: str) -> None:
        answer = hub.post(TYPENAME, accept=media)
        assert (answer.status_code, "errors" in answer.json()) == (200, False)

    @BOTH
    def test_the_operation_name_chooses_the_operation(self, hub: Any, media: str) -> None:
        document = {"query": "query A { a: __typename } query B { b: __typename }"}
        answer = hub.post(document | {"operationName": "B"}, accept=media)
        assert (answer.status_code, answer.json()) == (200, {"data": {"b": "Query"}})

    @pytest.mark.parametrize("name", [None, "", "C"])
    def test_a_name_that_chooses_no_operation_is_refused(self, hub: Any, name: str | None) -> None:
        body = {"query": "query A { a: __typename } query B { b: __typename }", "operationName": name}
        refused = hub.post(body)
        assert refused.status_code == 400
        assert codes(refused) == ["OPERATION_RESOLUTION_FAILURE"]
        assert hub.post(body, accept=JSON).status_code == 200

    @BOTH
    def test_variables_are_an_object(self, hub: Any, media: str) -> None:
        answer = hub.post({"query": TYPE, "variables": {"name": "Party"}}, accept=media)
        assert (answer.status_code, answer.json()) == (200, {"data": {"__type": {"name": "Party"}}})

    @BOTH
    def test_extensions_that_the_hub_does_not_know_are_ignored(self, hub: Any, media: str) -> None:
        answer = hub.post(TYPENAME | {"extensions": {"some": "value"}}, accept=media)
        assert (answer.status_code, answer.json()) == (200, {"data": {"__typename": "Query"}})


class TestStatus:
    @BOTH
    @pytest.mark.parametrize("body", [b'{ "not a JSON', b"{]", b"\xff\xfe", b"[]", b"null", b'"query"', b"1"])
    def test_a_body_that_is_no_json_object_gets_400_in_every_media_type(
        self, hub: Any, media: str, body: bytes
    ) -> None:
        answer = hub.post(body, accept=media)
        assert answer.status_code == 400
        assert set(answer.json()) == {"errors"}

    @pytest.mark.parametrize(
        "body",
        [
            pytest.param({"query": "{"}, id="does not parse"),
            pytest.param({"query": "{ 8f31403dfe404bccbb0e835f2629c6a7 }"}, id="does not lex"),
            pytest.param({"query": "{ noSuchField }"}, id="does not validate"),
            pytest.param({"query": "query ($id: ID!) { __typename @skip(if: $id) }"}, id="variable of another type"),
            pytest.param({"query": TYPE, "variables": {"name": None}}, id="variable is null"),
            pytest.param({"query": TYPE, "variables": {}}, id="variable is missing"),
            pytest.param({"query": TYPE, "variables": {"name": 1}}, id="variable does not fit"),
        ],
    )
    def test_a_request_error_gets_400_and_no_data_or_200_from_clients_of_old(self, hub: Any, body: Any) -> None:
        refused = hub.post(body, accept=GRAPHQL_RESPONSE)
        assert refused.status_code == 400
        assert set(refused.json()) == {"errors"}
        told = hub.post(body, accept=JSON)
        assert told.status_code == 200
        assert told.json() == refused.json()

    def test_an_error_in_one_field_leaves_the_others_and_gets_200(self, hub: Any) -> None:
        answer = hub.ask("{ __typename parties(first: 1, last: 1) { totalCount } }")
        assert answer.status_code == 200
        assert answer.json()["data"] == {"__typename": "Query", "parties": None}
        assert answer.json()["errors"][0]["path"] == ["parties"]

    @BOTH
    def test_a_body_that_is_too_large_gets_413(self, hub: Any, media: str) -> None:
        answer = hub.post(b" " * 300_000 + b"{}", accept=media)
        assert answer.status_code == 413
        assert codes(answer) == ["LIMIT_EXCEEDED"]


class TestConnections:
    @pytest.mark.parametrize(
        ("first", "status"),
        [
            (
                b"POST /graphql HTTP/1.1\r\nhost: h\r\ncontent-type: application/json\r\ncontent-length: 400000\r\n\r\n",  # noqa: E501
                413,
            ),
            (b"POST /graphql HTTP/1.1\r\nhost: h\r\ncontent-type: text/plain\r\ncontent-length: 400000\r\n\r\n", 415),
            (b"PUT /graphql HTTP/1.1\r\nhost: h\r\ncontent-length: 400000\r\n\r\n", 405),
            (b"POST /graphql HTTP/1.1\r\nhost: h\r\naccept: x/y\r\ncontent-length: 400000\r\n\r\n", 406),
        ],
    )
    def test_the_connection_serves_the_next_request_after_a_refusal(self, hub: Any, first: bytes, status: int) -> None:
        body = b'{"query":"{__typename}"}'
        second = b"POST /graphql HTTP/1.1\r\nhost: h\r\ncontent-type: application/json\r\ncontent-length: 24\r\n"
        proven = b"host: h\r\n" + hub.authorization()
        with socket.create_connection(("127.0.0.1", hub.port), timeout=10) as connection:
            connection.sendall(first.replace(b"host: h\r\n", proven) + b" " * 400_000)
            assert _answer(connection)[0] == status
            connection.sendall(second.replace(b"host: h\r\n", proven) + b"\r\n" + body)
            assert _answer(connection) == (200, b'{"data":{"__typename":"Query"}}')

    def test_who_asks_before_sending_a_body_that_is_too_large_is_told_at_once(self, hub: Any) -> None:
        head = b"POST /graphql HTTP/1.1\r\nhost: h\r\ncontent-type: application/json\r\nexpect: 100-continue\r\n"
        head += hub.authorization()
        with socket.create_connection(("127.0.0.1", hub.port), timeout=5) as connection:
            connection.sendall(head + b"content-length: 10000000\r\n\r\n")
            assert _answer(connection)[0] == 413
            assert connection.recv(1) == b"", "the connection is closed, since the body may come or not"

    def test_a_body_may_come_in_pieces_and_without_a_length(self, hub: Any) -> None:
        answer = hub.client.post(
            hub.url, content=iter([b'{"query":', b'"{__type', b'name}"}']), headers={"content-type": JSON}
        )
        assert answer.json() == {"data": {"__typename": "Query"}}

    def test_a_body_without_a_length_meets_the_same_limit(self, hub: Any) -> None:
        pieces = iter([b" " * 100_000] * 3)
        answer = hub.client.post(hub.url, content=pieces, headers={"content-type": JSON})
        assert answer.status_code == 413


def _answer(connection: socket.socket) -> tuple[int, bytes]:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65_536)
    head, _, body = received.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    (length,) = (int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:"))
    while len(body) < length:
        body += connection.recv(65_536)
    return int(lines[0].split()[1]), body

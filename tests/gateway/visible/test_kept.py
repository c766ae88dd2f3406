"""Who sees the same shares a schema, and only so many are kept."""

from graphql import GraphQLSchema, print_schema
from tests.gateway.visible.showing import both, distinct, hub, shown


@both
def test_keys_are_equal_exactly_for_those_who_see_the_same(name: str) -> None:
    printed = {key: print_schema(schema) for key, (_, schema) in distinct(name).items()}
    assert len(set(printed.values())) == len(printed)
    every = list(shown(name).items())
    for scopes, (key, _) in every[:: len(every) // 40]:
        alone, schema = hub(name).granted().of(hub(name).access(scopes))
        assert alone == key
        assert print_schema(schema) == printed[key]


def test_scopes_that_gate_nothing_more_share_a_schema() -> None:
    visible = hub("contract").granted()

    def of(*scopes: str) -> tuple[str, GraphQLSchema]:
        return visible.of(hub("contract").access(frozenset(scopes)))

    assert of("credit:read", "openid") == of("credit:read")
    assert of("credit:investigation") == of()
    assert of("credit:read")[0] != of()[0]
    assert len(visible._keys) == 3, "a scope that gates nothing takes no place"


def test_only_so_many_schemas_are_kept() -> None:
    visible = hub("hostile").granted()
    nobody = hub("hostile").access(frozenset())
    first = visible.of(nobody)
    assert visible.of(nobody)[1] is first[1]
    for scopes in hub("hostile").sets():
        visible.of(hub("hostile").access(scopes))
    assert len(visible._built) == 32
    again = visible.of(nobody)
    assert again[0] == first[0]
    assert again[1] is not first[1]

"""A schema that is hostile, with its binding.

Requirements differ between implementations, stand on types, are alternatives; there is a list whose default order is
gated, an entity whose key is, and interfaces of which nothing may be left.
"""

import enum
from typing import Annotated, Any

import sqlalchemy as sa
import strawberry
from strawberry import federation

from baygate.sources.binding import (
    AbstractBinding,
    Binding,
    Column,
    Expression,
    Filter,
    ObjectBinding,
    One,
    Ordering,
    Paged,
    Several,
)


@federation.interface
class Animal:
    name: str = federation.field(description="What it is called.")
    age: int | None = federation.field(description="In years.", deprecation_reason="Ask when it was born.")
    legs: int | None = federation.field(description="How many.", requires_scopes=[["legs"]])


@federation.interface
class Beast(Animal):
    teeth: int | None


@federation.type(keys=["name"])
class Cat(Animal):
    name: str = federation.field(requires_scopes=[["cat"]])
    age: int | None = federation.field(requires_scopes=[["a", "b"], ["c"]])
    lives: int | None


@federation.type(keys=["name"])
class Dog(Beast):
    name: str = federation.field(requires_scopes=[["dog"], ["dog", "c"]])
    age: int | None = federation.field(requires_scopes=[["a"]])
    teeth: int | None = federation.field(requires_scopes=[["dog"]])
    years: int | None


@federation.type(requires_scopes=[["vault"]])
class Vault:
    gold: int | None = federation.field(requires_scopes=[["a"], ["b"]])
    guard: Dog | None


@strawberry.input
class Pet:
    named: str | None = strawberry.UNSET


@federation.interface
class Keeper:
    favourite: Animal | None

    @federation.field
    def pets(self, where: Pet | None = None, first: int = 3) -> list[Cat] | None: ...


@federation.type
class Zoo(Keeper):
    favourite: Beast | None
    vault: Vault | None


@federation.interface
class Friend:
    friend: Animal | None


@federation.interface
class BeastFriend(Friend):
    friend: Beast | None


@federation.type
class Trainer(BeastFriend):
    friend: Dog | None


@federation.type
class Ring:
    ring: "Ring | None"


@federation.type
class Animals:
    nodes: list[Animal]
    total: int


@federation.type
class Vaults:
    nodes: list[Vault]
    total: int


@strawberry.enum
class Order(enum.StrEnum):
    NAME = "NAME"
    AGE = "AGE"


@strawberry.input
class Which:
    named: str | None = strawberry.UNSET
    legs: int | None = strawberry.UNSET


@strawberry.input
class Inner:
    deep: int | None = strawberry.UNSET


@strawberry.input
class Free:
    any: int = 1
    inner: Inner | None = strawberry.UNSET


Either = Annotated[Cat | Vault, federation.union("Either")]


@federation.type
class Query:
    @federation.field
    def animals(self, where: Which | None = None, order_by: Order = Order.NAME) -> Animals | None: ...

    @federation.field
    def few(self, where: Which | None = None, first: int = 3) -> list[Cat] | None: ...

    @federation.field
    def cat(self, name: str) -> Cat | None: ...

    @federation.field
    def either(self) -> Either | None: ...

    @federation.field
    def one(self) -> Animal | None: ...

    @federation.field
    def vaults(self, order_by: Order = Order.NAME) -> Vaults | None: ...

    @federation.field
    def friend(self) -> Friend | None: ...

    @federation.field
    def keeper(self) -> Keeper | None: ...

    @federation.field(requires_scopes=[["zoo"]])
    def zoo(self) -> Zoo | None: ...

    @federation.field(requires_scopes=[["ring"]])
    def ring(self, free: Free | None = None) -> Ring | None: ...


@federation.type(name="Query")
class Locked:
    @federation.field(requires_scopes=[["vault"]])
    def vault(self) -> Vault | None: ...


TABLE = sa.Table("animal", sa.MetaData(), sa.Column("age", sa.Integer), sa.Column("name", sa.Text))
BY_NAME, BY_AGE, HIDDEN = Ordering(("name",)), Ordering(("age", "hidden_key")), Ordering(("hidden_key",))
FILTERS = {"named": Filter("name"), "legs": Filter("legs")}


def _animal(name: str, **fields: Any) -> ObjectBinding:
    return ObjectBinding(name, TABLE, None, None, {"name": Column(TABLE.c.name), "age": Column(TABLE.c.age), **fields})


HOSTILE_BINDING = Binding(
    objects={
        "Cat": _animal("Cat"),
        "Dog": _animal("Dog", years=Expression(("age",), lambda age: age, lambda age: age)),
        "Zoo": ObjectBinding("Zoo", TABLE, None, None, {"pets": Several("Cat", {}, HIDDEN, {"named": Filter("name")})}),
        "Vault": ObjectBinding("Vault", TABLE, None, None, {"guard": One("Dog", on={"name": "name"})}),
    },
    abstracts={"Animal": AbstractBinding("Animal", TABLE, "kind", {"CAT": "Cat", "DOG": "Dog"})},
    roots={
        "animals": Paged("Animal", {"NAME": BY_NAME, "AGE": BY_AGE}, filters=FILTERS),
        "vaults": Paged("Vault", {"NAME": HIDDEN}),
        "few": Several("Cat", {}, BY_AGE, FILTERS),
        "cat": One("Cat", by={"name": "name"}),
    },
)

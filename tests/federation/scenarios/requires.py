"""Fields that one source computes from what others own."""

from tests.federation.scenario import Operation, Scenario

PRODUCTS = {"p1": {}, "p2": {}}

PLAIN = Scenario(
    "requires",
    {
        "catalogue": """
            type Query { products: [Product!]! }
            type Product @key(fields: "id") { id: ID! price: Int weight: Float! }
        """,
        "shipping": """
            type Query { parcels: [Product!]! }
            type Product @key(fields: "id") {
              id: ID! price: Int @external weight: Float! @external carrier: String
              estimate: String @requires(fields: "price weight")
              insured: Boolean @requires(fields: "price")
            }
        """,
    },
    (
        Operation("{ products { estimate } }", 2),
        Operation("{ products { price estimate insured carrier } }", 2),
        Operation("{ parcels { carrier } }", 1),
        Operation("{ parcels { carrier estimate insured } }", 3),
    ),
    {"Product": PRODUCTS, "Query": {"products": ["p1", "p2"], "parcels": ["p2"]}},
)

ARGUMENTS = Scenario(
    "requires with arguments",
    {
        "catalogue": """
            type Query { products: [Product!]! }
            type Product @key(fields: "id") { id: ID! price(currency: String!, net: Boolean = true): Int }
        """,
        "shipping": r"""
            type Product @key(fields: "id") {
              id: ID! price(currency: String!, net: Boolean = true): Int @external
              inEuro: String @requires(fields: "price(currency: \"EUR\")")
              inDollars: String @requires(fields: "price(currency: \"USD\", net: false)")
              inMore(times: Int!): String @requires(fields: "price(currency: \"EUR\")")
            }
        """,
    },
    (
        Operation("{ products { inEuro } }", 2),
        Operation('{ products { price(currency: "GBP") inEuro } }', 2),
        Operation("{ products { inEuro inDollars } }", 2),
        Operation(
            """query ($c: String!, $n: Int!) {
              products { price(currency: $c) one: inMore(times: 1) two: inMore(times: $n) } }""",
            2,
            {"c": "USD", "n": 2},
        ),
    ),
    {"Product": PRODUCTS, "Query": {"products": ["p1", "p2"]}},
)

CHAIN = Scenario(
    "requires of requires",
    {
        "a": """
            type Query { products: [Product!]! }
            type Product @key(fields: "id") { id: ID! price: Int }
        """,
        "b": """
            type Product @key(fields: "id") { id: ID! price: Int @external tax: String @requires(fields: "price") }
        """,
        "c": """
            type Query { sold: [Product!]! }
            type Product @key(fields: "id") {
              id: ID! price: Int @external tax: String @external total: String @requires(fields: "tax price")
            }
        """,
        "d": """
            type Product @key(fields: "id") {
              id: ID! total: String @external label: String @requires(fields: "total")
            }
        """,
    },
    (
        Operation("{ products { tax } }", 2),
        Operation("{ products { total } }", 3),
        Operation("{ products { label } }", 4),
        Operation("{ sold { total } }", 4),
    ),
    {"Product": PRODUCTS, "Query": {"products": ["p1", "p2"], "sold": ["p1", "p2"]}},
)

NESTED = Scenario(
    "requires nested",
    {
        "catalogue": """
            type Query { products: [Product!]! }
            type Product @key(fields: "id") { id: ID! size: Size vendor: Vendor! parts: [Part!]! }
            type Size @shareable { width: Int! unit: Unit! }
            type Unit @shareable { name: String! }
            type Part @shareable { weight: Int! name: String }
            type Vendor @key(fields: "id") { id: ID! }
        """,
        "vendors": 'type Vendor @key(fields: "id") { id: ID! country: String! }',
        "customs": """
            type Product @key(fields: "id") {
              id: ID! size: Size @external vendor: Vendor! @external parts: [Part!]! @external
              box: String @requires(fields: "size { width unit { name } } parts { weight }")
              duty: String @requires(fields: "vendor { country }")
            }
            type Size @shareable { width: Int! unit: Unit! }
            type Unit @shareable { name: String! }
            type Part @shareable { weight: Int! name: String }
            type Vendor @key(fields: "id") { id: ID! country: String! @external }
        """,
    },
    (
        Operation("{ products { box } }", 2),
        Operation("{ products { duty } }", 3),
        Operation("{ products { size { width } parts { name } vendor { country } box duty } }", 3),
    ),
    {"Product": {"p1": {}, "p2": {"size": None}}, "Vendor": {"v1": {}, "v2": {}}, "Query": {"products": ["p1", "p2"]}},
)

FRAGMENTS = Scenario(
    "requires with fragments",
    {
        "library": """
            type Query { loans: [Loan!]! }
            type Loan @key(fields: "id") { id: ID! item: Item! holder: Holder }
            union Item = Book | Film
            type Book @shareable { title: String! pages: Int! }
            type Film @shareable { title: String! minutes: Int! }
            interface Holder { name: String! }
            type Member implements Holder @shareable { name: String! number: ID! }
            type Guest implements Holder @shareable { name: String! }
        """,
        "fees": """
            type Loan @key(fields: "id") {
              id: ID! item: Item! @external holder: Holder @external
              fee: String @requires(fields: "item { ... on Book { pages } ... on Film { minutes title } }")
              letter: String @requires(fields: "holder { name ... on Member { number } }")
            }
            union Item = Book | Film
            type Book @shareable { pages: Int! }
            type Film @shareable { title: String! minutes: Int! }
            interface Holder { name: String! }
            type Member implements Holder @shareable { name: String! number: ID! }
            type Guest implements Holder @shareable { name: String! }
        """,
    },
    (
        Operation("{ loans { fee } }", 2),
        Operation("{ loans { letter item { ... on Book { title } } } }", 2),
        Operation("{ loans { fee letter holder { __typename } } }", 2),
    ),
    {
        "Loan": {
            "l1": {"item": {"__typename": "Book"}, "holder": {"__typename": "Member"}},
            "l2": {"item": {"__typename": "Film"}, "holder": {"__typename": "Guest"}},
            "l3": {"item": {"__typename": "Film"}, "holder": None},
        },
        "Query": {"loans": ["l1", "l2", "l3"]},
    },
)

TO_ENTITY = Scenario(
    "requires that leads to an entity",
    {
        "catalogue": """
            type Query { products: [Product!]! }
            type Product @key(fields: "id") { id: ID! colour: String name: String }
        """,
        "advice": """
            type Product @key(fields: "id") {
              id: ID! colour: String @external
              alike(first: Int!): [Product!]! @requires(fields: "colour")
            }
        """,
    },
    (
        Operation("{ products { alike(first: 2) { id } } }", 2),
        Operation("{ products { alike(first: 2) { name } } }", 3),
        Operation("{ products { alike(first: 2) { alike(first: 1) { name } } } }", 5),
    ),
    {"Product": {**PRODUCTS, "p3": {}}, "Query": {"products": ["p1", "p2", "p3"]}},
)

BELOW = Scenario(
    "requires below a list of another source",
    {
        "orders": """
            type Query { orders: [Order!]! }
            type Order { number: Int! lines: [Line!]! }
            type Line { count: Int! product: Product! }
            type Product @key(fields: "id") { id: ID! }
        """,
        "catalogue": 'type Product @key(fields: "id") { id: ID! weight: Int }',
        "shipping": """
            type Product @key(fields: "id") { id: ID! weight: Int @external cost: String @requires(fields: "weight") }
        """,
    },
    (Operation("{ orders { number lines { count product { cost } } } }", 3),),
    {"Product": PRODUCTS},
)

REQUIRES = (PLAIN, ARGUMENTS, CHAIN, NESTED, FRAGMENTS, TO_ENTITY, BELOW)

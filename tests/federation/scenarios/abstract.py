"""Interfaces, unions and interface objects."""

from tests.federation.scenario import Operation, Scenario

MEDIA = {"Book": {"b1": {}, "b2": {}}, "Film": {"f1": {}}, "Song": {"s1": {}}}

PARTIAL_UNION = Scenario(
    "partial unions",
    {
        "a": """
            type Query { found: [Media!]! best: Media @shareable }
            union Media = Book | Film
            type Book @key(fields: "id") { id: ID! pages: Int }
            type Film @key(fields: "id") { id: ID! title: String @shareable }
        """,
        "b": """
            type Query { heard: [Media!]! best: Media @shareable }
            union Media = Film | Song
            type Film @key(fields: "id") { id: ID! title: String @shareable minutes: Int }
            type Song @key(fields: "id") { id: ID! title: String }
        """,
    },
    (
        Operation("{ found { ... on Book { pages } ... on Film { title } ... on Song { title } } }", 1),
        Operation("{ heard { __typename ... on Book { pages } ... on Film { title } ... on Song { title } } }", 1),
        Operation("{ found { ... on Song { id } } }", 1),
        Operation("{ best { ... on Book { pages } ... on Song { title } } }", 1),
        Operation("{ best { ... on Film { title minutes } } }", 1),
        Operation("{ found { ... on Film { minutes } } }", 2),
    ),
    {**MEDIA, "Query": {"found": ["b1", "f1"], "heard": ["s1", "f1"], "best": "f1"}},
)

SPREAD = Scenario(
    "interface spread over sources",
    {
        "a": """
            type Query { shelf: [Media!]! }
            interface Media { id: ID! title: String }
            type Book implements Media @key(fields: "id") { id: ID! title: String author: Author }
            type Film implements Media @key(fields: "id") { id: ID! title: String }
            type Author @key(fields: "id") { id: ID! }
        """,
        "b": """
            type Query { rated: [Media!]! }
            interface Media { id: ID! rating: Int }
            type Book implements Media @key(fields: "id") { id: ID! rating: Int }
            type Film implements Media @key(fields: "id") { id: ID! rating: Int }
        """,
        "c": 'type Author @key(fields: "id") { id: ID! name: String! }',
    },
    (
        Operation("{ shelf { title } }", 1),
        Operation("{ shelf { title rating } }", 2),
        Operation("{ rated { id rating title ... on Book { author { name } } } }", 3),
        Operation("{ shelf { ... on Media { rating ... on Film { title } } } }", 2),
    ),
    {
        **MEDIA,
        "Author": {"n1": {}, "n2": {}},
        "Query": {"shelf": ["b1", "f1", "b2"], "rated": ["f1", "b2"]},
    },
)

OBJECT = Scenario(
    "interface object",
    {
        "catalogue": """
            type Query { media: [Media!]! books: [Book!]! }
            interface Media @key(fields: "id") { id: ID! title: String }
            type Book implements Media @key(fields: "id") { id: ID! title: String pages: Int }
            type Film implements Media @key(fields: "id") { id: ID! title: String minutes: Int }
        """,
        "ratings": """
            type Query { top: [Media!]! }
            type Media @key(fields: "id") @interfaceObject {
              id: ID! score: Int reviews: [Review!]! similar(first: Int): [Media!]
            }
            type Review { text: String! media: Media! }
        """,
    },
    (
        Operation("{ top { id score } }", 1),
        Operation("{ top { title } }", 2),
        Operation("{ top { __typename } }", 2),
        Operation("{ top { score ... on Book { pages } ... on Film { minutes score } } }", 2),
        Operation("{ media { score } }", 2),
        Operation("{ books { pages score reviews { text } } }", 2),
        Operation("{ media { ... on Book { score } ... on Film { minutes } } }", 2),
        Operation("{ books { reviews { media { __typename id title } } } }", 3),
        Operation("{ top { similar { title } } }", 2),
        Operation("{ top { id similar { score similar(first: 1) { id __typename } } } }", 2),
        Operation("{ top { title similar { title similar { ... on Film { minutes score } } } } }", 2),
        Operation("{ top { __typename similar { title } } }", 2),
        Operation("{ top { ... on Book { similar { title } } similar { id } } }", 3),
        Operation("{ media { similar { __typename ... on Book { pages } } } }", 3),
        Operation("{ media { __typename: title ... on Book { pages score } } }", 2),
        Operation("{ media { ... on Book { x: score } ... on Film { x: minutes } } }", 2),
        Operation("{ media { ... on Book { n: similar(first: 1) { id } } ... on Film { n: similar { title } } } }", 3),
        Operation("{ top { ... on Book { n: similar { id } } ... on Film { n: similar(first: 1) { id title } } } }", 3),
        Operation("{ top { ... on Book { s: score } ... on Film { s: minutes t: score } } }", 2),
    ),
    {**MEDIA, "Query": {"media": ["b1", "f1"], "books": ["b2"], "top": ["f1", "b1"]}},
)

OBJECT_REQUIRES = Scenario(
    "interface object with requires",
    {
        "catalogue": """
            type Query { media: [Media!]! }
            interface Media @key(fields: "id") { id: ID! title: String }
            type Book implements Media @key(fields: "id") { id: ID! title: String }
            type Film implements Media @key(fields: "id") { id: ID! title: String }
        """,
        "ratings": """
            type Query { top: [Media!]! }
            type Media @key(fields: "id") @interfaceObject {
              id: ID! title: String @external blurb: String @requires(fields: "title") similar: [Media!]
            }
        """,
    },
    (
        Operation("{ media { blurb } }", 2),
        Operation("{ top { blurb } }", 3),
        Operation("{ media { title ... on Book { blurb } } }", 2),
        Operation("{ top { ... on Film { blurb title } } }", 3),
        Operation("{ top { similar { blurb } } }", 3),
        Operation("{ media { similar { blurb title } blurb } }", 4),
    ),
    {**MEDIA, "Query": {"media": ["b1", "f1"], "top": ["f1", "b2"]}},
)

OBJECT_OF_ONE = Scenario(
    "interface object of one type",
    {
        "catalogue": """
            interface Media @key(fields: "id") { id: ID! title: String }
            type Book implements Media @key(fields: "id") { id: ID! title: String rank: Int }
        """,
        "ratings": """
            type Query { top: [Media!]! }
            type Media @key(fields: "id") @interfaceObject { id: ID! similar: [Media!] }
        """,
    },
    (
        Operation("{ top { title similar { __typename } } }", 2),
        Operation("{ top { __typename similar { title } } }", 2),
        Operation("{ top { title similar { title similar { ... on Book { rank } } } } }", 2),
    ),
    {"Book": {"b1": {}, "b2": {}}, "Query": {"top": ["b1"]}},
)

ENUM = Scenario(
    "enum with values that only some sources know",
    {
        "a": """
            type Query { doors: [Door!]! }
            type Door @key(fields: "id") { id: ID! state: State! }
            enum State { OPEN SHUT }
        """,
        "b": """
            type Door @key(fields: "id") { id: ID! wanted: State }
            enum State { OPEN LOCKED }
        """,
    },
    (Operation("{ doors { state wanted } }", 2),),
    {
        "Door": {"d1": {"state": "SHUT", "wanted": "LOCKED"}, "d2": {"state": "OPEN", "wanted": "OPEN"}},
        "Query": {"doors": ["d1", "d2"]},
    },
)

CONDITIONS = Scenario(
    "one field below several type conditions",
    {
        "search": """
            type Query { search: [Hit!]! }
            union Hit = Book | Film | Author
            interface Made { maker: Author! }
            type Book implements Made { title: String maker: Author! }
            type Film implements Made { title: String maker: Author! }
            type Author @key(fields: "id") { id: ID! }
        """,
        "people": """
            type Author @key(fields: "id") { id: ID! name: String! friends: [Author!]! }
        """,
    },
    (
        Operation("{ search { ... on Made { maker { name } } ... on Author { name } } }", 2),
        Operation(
            """{ search { ...title ... on Book { maker { friends { name } } } ... on Film { maker { name } } } }
            fragment title on Hit { ... on Book { title } ... on Film { label: title } }""",
            2,
        ),
    ),
    {
        "Author": {"n1": {}, "n2": {}},
        "Query": {
            "search": [{"__typename": "Book", "maker": "n1"}, {"__typename": "Film", "maker": "n1"}, "n2"],
        },
    },
)

ABSTRACT = (PARTIAL_UNION, SPREAD, OBJECT, OBJECT_REQUIRES, OBJECT_OF_ONE, ENUM, CONDITIONS)

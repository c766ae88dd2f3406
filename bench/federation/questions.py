"""What is asked across the two sources, by name: the number of hops, and of entities on the second."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

ENTERPRISES = 4_000
"""In the registry; what customs knows of them it is asked by their USCC."""
PAGE = 100

ONE_HOP = """query Enterprise($uscc: ID!) {
  enterprise(uscc: $uscc) { uscc name regionCode status }
}"""
TWO_HOPS = """query Standing($uscc: ID!) {
  enterprise(uscc: $uscc) { uscc name regionCode creditGrade filings latest { declarationNo currency value } }
}"""
HUNDRED = """query Standings($after: Int!, $first: Int!) {
  enterprises(after: $after, first: $first) {
    uscc name regionCode creditGrade filings latest { declarationNo currency value }
  }
}"""


def uscc(number: int) -> str:
    return f"91440300{number:010}"


@dataclass(frozen=True)
class Question:
    name: str
    query: str

    def bodies(self) -> Iterator[str]:
        """Yield requests, each with other variables: nobody can answer two of them alike."""
        for number in range(ENTERPRISES):
            page = {"after": number % (ENTERPRISES - PAGE), "first": PAGE}
            variables = page if self.query is HUNDRED else {"uscc": uscc(number)}
            yield json.dumps({"query": self.query, "variables": variables})


QUESTIONS = (Question("one hop", ONE_HOP), Question("two hops", TWO_HOPS), Question("two hops, 100 entities", HUNDRED))

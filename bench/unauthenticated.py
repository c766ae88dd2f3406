"""The hub without authentication, and otherwise served as it always is: what a caller costs, by its absence."""

from starlette.types import Scope

from baygate.access.principal import Principal
from baygate.cli.serve import run
from baygate.gateway.app import create_app
from baygate.gateway.application import Application
from baygate.gateway.http import GraphQLEndpoint
from baygate.oauth.caller import Caller
from baygate.sample.clients import EVERYTHING
from baygate.settings import load

SOMEBODY = Principal(
    client="bench", person=None, agency="commerce-gd", party=None, jurisdiction="CN-GD", roles=frozenset(),
    scopes=frozenset(EVERYTHING), purpose="RISK_ASSESSMENT", legal_basis=None, case_no=None, assurance=0,
)  # fmt: skip


async def believe(_: Scope) -> Caller:
    return Caller(SOMEBODY, ())


def worker() -> Application:
    app = create_app(load(None))
    hub = app.state.hub
    app.graphql = GraphQLEndpoint(lambda: hub.road, believe, hub.authorise, hub.limits, preflight=False)
    return app


if __name__ == "__main__":
    run(load(None), "bench.unauthenticated:worker")

"""``python -m bench``: the contestants side by side on the same data, question and load; a table, a plot, a file.

The numbers that count are the ratios within one run: this machine's seconds are its own.
"""

import argparse
import json
import statistics

from bench import report
from bench.contestants import ROOT, contestants, running
from bench.federation import contest
from bench.measure import Measurement, agree, measure, tokens_a_second
from bench.world import World, prepared

RESULTS = ROOT / "bench" / "results"


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--enterprises", type=int, default=100_000)
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--port", type=int, default=8190)
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 16, 64])
    parser.add_argument("--only", nargs="+", help="names of contestants")
    parser.add_argument("--scale", type=int, nargs="*", default=[], help="also the hub's latency at these sizes")
    options = parser.parse_args()
    with prepared(options.enterprises, options.port) as world:
        compiled = report.first_compile()
        runs = _contest(world, options)
        tokens = _tokens(world, options)
    scaled = {}
    for size in options.scale:
        with prepared(size, options.port) as world:
            scaled[size] = _hub_alone(world, options)
    measured = [report.median(each) for each in runs.values()]
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "latest.json").write_text(json.dumps([each.as_json() for each in measured], indent=2) + "\n")
    if options.scale:
        (RESULTS / "scale.json").write_text(
            json.dumps({size: each.as_json() for size, each in scaled.items()}, indent=2) + "\n"
        )
    text = report.table(runs, options, compiled, scaled)
    text += f"\nThe token endpoint of one worker gives {tokens:,.0f} tokens a second (16 connections)."
    if not options.only:
        text += f"\n\n{contest.run(options.seconds, options.rounds, options.port)}"
    print(text)
    report.plot(measured, RESULTS / "latest.png")
    print(f"\nwritten: {RESULTS / 'latest.json'}, {RESULTS / 'latest.png'}")


def _contest(world: World, options: argparse.Namespace) -> report.Runs:
    """Each contestant in each round, so that what else the machine does falls on all of them."""
    chosen = {
        name: each
        for name, each in contestants(world, options.port).items()
        if not options.only or name in options.only
    }
    runs: dict[tuple[str, int], list[Measurement]] = {}
    answers: dict[str, dict[str, object]] = {}
    for round_ in range(options.rounds):
        order = [*chosen.items()]
        turn = round_ % len(order)
        for name, contestant in [*order[turn:], *order[:turn]]:
            with running(contestant, options.port) as pid:
                agree(answers.setdefault(contestant.baseline, {}), name, options.port, world.bodies, contestant.headers)
                for connections in options.connections:
                    measured = measure(
                        name, pid, options.port, connections, options.seconds, world.bodies, round_, contestant.headers
                    )
                    print(f"  round {round_ + 1}: {measured}", flush=True)
                    runs.setdefault((name, connections), []).append(measured)
    return runs


def _tokens(world: World, options: argparse.Namespace) -> float:
    hub = contestants(world, options.port)["hub"]
    with running(hub, options.port):
        tokens_a_second(options.port, 16, 1, world.clients)
        return statistics.median(tokens_a_second(options.port, 16, options.seconds, world.clients) for _ in range(3))


def _hub_alone(world: World, options: argparse.Namespace) -> Measurement:
    hub = contestants(world, options.port)["hub"]
    with running(hub, options.port) as pid:
        return report.median(
            [
                measure("hub", pid, options.port, 1, options.seconds, world.bodies, each, hub.headers)
                for each in range(options.rounds)
            ]
        )


if __name__ == "__main__":
    main()

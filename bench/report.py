"""The measurements told: a table with the ratios that the hub is held to, and a plot."""

import argparse
import hashlib
import os
import platform
import statistics
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from baygate.access.ungoverned import UNGOVERNED
from baygate.contract.schema import graphql_schema
from baygate.gateway.limits import Limits
from baygate.gateway.operation import Strictness, prepare
from baygate.gateway.planning.plan import Supergraph, plan
from baygate.sources.bindings import resident_binding
from bench.contestants import WITH_LOG, WITH_MASKS
from bench.measure import Measurement
from bench.question import QUERY


def first_compile() -> tuple[float, float]:
    """Return the milliseconds to parse and validate the question, and to plan and compile it, in a warm process."""
    schema, limits = graphql_schema(), Limits()
    supergraph = Supergraph(schema, resident_binding(), "bench")
    digest = hashlib.sha256(QUERY.encode()).hexdigest()
    preparing, planning = [], []
    for _ in range(15):
        started = time.perf_counter()
        operation = prepare(QUERY, digest, None, schema, limits, Strictness())
        prepared = time.perf_counter()
        plan(operation, operation.variables.coerce({"uscc": "91440300708461136T"}), UNGOVERNED, supergraph, limits)
        preparing.append((prepared - started) * 1e3)
        planning.append((time.perf_counter() - prepared) * 1e3)
    return statistics.median(preparing), statistics.median(planning)


Runs = Mapping[tuple[str, int], Sequence[Measurement]]
"""By contestant and number of connections, a measurement for each round."""


def median(runs: Sequence[Measurement]) -> Measurement:
    """Return the run with the median of answers."""
    return sorted(runs, key=lambda each: each.rps)[(len(runs) - 1) // 2]


def paired(own: Sequence[Measurement], others: Sequence[Measurement]) -> str:
    """Tell answers as a share of another's, both of the same round: the median, the least and the greatest."""
    ratios = sorted(one.rps / other.rps for one, other in zip(own, others, strict=True))
    return f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"


def table(
    runs: Runs,
    options: argparse.Namespace,
    compiled: tuple[float, float],
    scaled: Mapping[int, Measurement],
) -> str:
    lines = [
        f"{options.enterprises:,} enterprises, {options.seconds} s a run, median of {options.rounds}; "
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "",
        "| contestant | connections | answers/s | p50 ms | p99 ms | RSS MB | CPU us/answer | x hand-written "
        "| x with a log |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for each in sorted(map(median, runs.values()), key=lambda one: (one.connections, -one.rps)):
        hand = WITH_MASKS if "masks" in each.name else "hand-written"
        lines.append(
            f"| {each.name} | {each.connections} | {each.rps:,.0f} | {each.p50_ms:.2f} | {each.p99_ms:.2f} "
            f"| {each.rss_mb:.0f} | {each.cpu_us:.0f} | {_beside(runs, each, hand)} | {_beside(runs, each, WITH_LOG)} |"
        )
    lines += [
        "",
        f"The question is parsed and validated in {compiled[0]:.1f} ms, planned and compiled in {compiled[1]:.1f} ms.",
    ]
    lines += [
        f"The hub alone over {size:,} enterprises, 1 connection: p50 {each.p50_ms:.2f} ms, p99 {each.p99_ms:.2f} ms."
        for size, each in sorted(scaled.items())
    ]
    return "\n".join(lines)


def _beside(runs: Runs, measured: Measurement, other: str) -> str:
    """Tell a contestant's answers as a share of another's, nothing if that one was not there."""
    others = runs.get((other, measured.connections))
    return paired(runs[measured.name, measured.connections], others) if others else ""


def plot(measured: Sequence[Measurement], file: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    names = list(dict.fromkeys(each.name for each in measured))
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2))
    for name in names:
        own = sorted((each for each in measured if each.name == name), key=lambda each: each.connections)
        x = [each.connections for each in own]
        left.plot(x, [each.rps for each in own], marker="o", label=name)
        right.plot(x, [each.p99_ms for each in own], marker="o", label=name)
    for axis, title in ((left, "answers per second"), (right, "p99, milliseconds")):
        axis.set_xscale("log", base=4)
        axis.set_xticks([1, 16, 64], ["1", "16", "64"])
        axis.set_ylim(bottom=0)
        axis.set_xlabel("connections")
        axis.set_title(title)
        axis.grid(alpha=0.3)
    left.legend()
    figure.tight_layout()
    figure.savefig(file, dpi=110)

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
from bench.contestants import WITH_MASKS
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


def table(
    measured: Sequence[Measurement],
    options: argparse.Namespace,
    compiled: tuple[float, float],
    scaled: Mapping[int, Measurement],
) -> str:
    by = {(each.name, each.connections): each for each in measured}
    lines = [
        f"{options.enterprises:,} enterprises, {options.seconds} s a run, median of {options.rounds}; "
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "",
        "| contestant | connections | answers/s | p50 ms | p99 ms | RSS MB | CPU us/answer | x hand-written |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for each in sorted(measured, key=lambda one: (one.connections, -one.rps)):
        hand = by.get((WITH_MASKS if "masks" in each.name else "hand-written", each.connections))
        ratio = f"{each.rps / hand.rps:.2f}" if hand else ""
        lines.append(
            f"| {each.name} | {each.connections} | {each.rps:,.0f} | {each.p50_ms:.2f} | {each.p99_ms:.2f} "
            f"| {each.rss_mb:.0f} | {each.cpu_us:.0f} | {ratio} |"
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

"""``python -m bench.federation``: operations across two sources, beside the same plans written by hand."""

import argparse

from bench.federation import contest


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.federation", description=__doc__)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--port", type=int, default=8190, help="this one and the three after it must be free")
    options = parser.parse_args()
    print(contest.run(options.seconds, options.rounds, options.port))


if __name__ == "__main__":
    main()

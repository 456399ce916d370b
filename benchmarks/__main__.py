"""`python -m benchmarks`: generate, import, search, check, and print the table."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import STEPS, Bench
from benchmarks.processes import Failed
from benchmarks.report import tell, write_docs

DOCS = Path(__file__).parents[1] / "docs" / "benchmarks.md"
DOCUMENTED = 1_000_000
"""Smaller runs are for trying things out and leave the docs alone."""


def main(arguments: list[str] | None = None) -> int:
    """Run the steps asked for; 1 when an answer was wrong or a step failed."""
    asked = _parser().parse_args(arguments)
    steps = asked.only or [s for s in STEPS if not (s == "truth" and asked.skip_oracle)]
    with tempfile.TemporaryDirectory(prefix="chendian-bench-") as temporary:
        folder: Path = asked.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        bench = Bench(folder, asked.size, asked.seed, asked.seconds)
        try:
            bench.make_chat()
            for step in steps:
                start = time.perf_counter()
                bench.take(step)
                print(f"{step}: {time.perf_counter() - start:.1f} s", file=sys.stderr, flush=True)
        except Failed as failure:
            print(f"error: {failure}", file=sys.stderr)
            return 1
        results = bench.results()
    print(tell(results))
    if set(steps) == set(STEPS) and asked.size >= DOCUMENTED and DOCS.exists():
        write_docs(DOCS, results, f"python -m benchmarks --size {asked.size} --seed {asked.seed}")
    return 1 if any(results.get(step, {}).get("bad") for step in ("truth", "static")) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--size", type=int, default=100_000, help="messages (default 100000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60, help="of each live part (default 60)")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the chat and the archive")
    parser.add_argument("--only", type=_steps, metavar="STEP,…", help=f"of {', '.join(STEPS)}")
    parser.add_argument("--skip-oracle", action="store_true", help="do not check the answers")
    return parser


def _steps(text: str) -> list[str]:
    steps = text.split(",")
    if unknown := [step for step in steps if step not in STEPS]:
        raise argparse.ArgumentTypeError(f"no such step: {', '.join(unknown)}")
    return steps


if __name__ == "__main__":
    sys.exit(main())

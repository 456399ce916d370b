"""Looks for what a reader cannot bear, guided by the lines it runs: `make fuzz SECONDS=60`.

For each seed a process of its own changes the file again and again. What raises anything but
ExportError, takes more than two seconds a 100 KB, or loses a message before the first changed byte
is kept under `tests/exports/corpus/<seed>/` and replayed by the suite from then on.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

HERE = Path(__file__).resolve().parent
CORPUS = HERE / "corpus"
LARGEST = 8192
"""Bytes of what is tried."""
STRETCHED = 100_000
"""Bytes of what is tried for speed."""
HANG = 20
"""Seconds after which a process is taken for stuck."""


def main() -> int:
    """Go through all seeds, or one; 1 when something was found."""
    asked = _arguments()
    if asked.child:
        _fuzz(asked.child, asked.seconds, Path(asked.folder))
        return 0
    from judging import read
    from seeds import seeds

    names = [
        seed.name for seed in seeds() if (asked.only or "") in seed.name and read(seed.files)[0]
    ]
    found = 0
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            found += _one(name, max(1, asked.seconds // len(names)), Path(folder))
    print(f"{len(names)} seeds, {found} findings")
    return 1 if found else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=int, default=60, help="for all seeds together")
    parser.add_argument("--only", help="a part of a seed's name")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    return parser.parse_args()


def _one(name: str, seconds: int, folder: Path) -> int:
    """Fuzz a seed in a process of its own, then stretch what it came upon; count the findings."""
    (folder / "tried").mkdir()
    (folder / "found").mkdir()
    command = [sys.executable, __file__, "--child", name, "--seconds", str(seconds)]
    done = subprocess.run([*command, "--folder", str(folder)], capture_output=True, check=False)
    told = done.stderr.decode("utf-8", "replace")
    if "stat::number_of_executed_units" not in told and not any((folder / "found").iterdir()):
        print(told[-2000:])
        raise SystemExit(f"error: {name} was not fuzzed. is atheris installed? (Linux, x86-64)")
    runs = told.rpartition("number_of_executed_units:")[2].split("\n")[0].strip()
    slow = _stretch(name, [path.read_bytes() for path in sorted((folder / "tried").iterdir())])
    kept = [path.read_bytes() for path in sorted((folder / "found").iterdir())] + slow
    for data in kept:
        place = CORPUS / name / hashlib.sha256(data).hexdigest()[:12]
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        print(f"found: {place.relative_to(HERE)}")
    print(f"{name}: {runs} runs, {len(kept)} findings", flush=True)
    return len(kept)


def _stretch(name: str, tried: list[bytes], seconds: float = 2.0) -> list[bytes]:
    """Repeat pieces up to a size at which more than linear time shows."""
    from judging import damaged, judged
    from seeds import seeds

    seed = next(seed for seed in seeds() if seed.name == name)
    chance, until = random.Random(len(tried)), time.monotonic() + seconds
    slow: list[bytes] = []
    while time.monotonic() < until:
        data = chance.choice([seed.content, *tried])
        first, last = sorted(chance.randrange(len(data) + 1) for _ in range(2))
        piece = data[first:last] or b"["
        long = data[:first] + piece * (STRETCHED // len(piece)) + data[last:]
        try:
            judged(damaged(seed, long))
        except Exception as error:
            print(f"{name}: {type(error).__name__} {_place(error)}")
            slow.append(long)
            break
    return slow


def _fuzz(name: str, seconds: int, folder: Path) -> None:
    import atheris

    with atheris.instrument_imports(include=["adapters.exports"], enable_loader_override=False):
        import adapters.exports
    assert adapters.exports.FORMATS
    from judging import lost
    from seeds import seeds

    seed = next(seed for seed in seeds() if seed.name == name)
    (folder / "tried" / "seed").write_bytes(seed.content)
    seen: set[str] = set()

    def one(data: bytes) -> None:
        try:
            missing = lost(seed, data)
            fault = "lost" if missing else ""
        except Exception as error:
            fault = f"{type(error).__name__} {_place(error)}"
        if fault and fault not in seen:
            seen.add(fault)
            (folder / "found" / hashlib.sha256(data).hexdigest()[:12]).write_bytes(data)
            print(fault, file=sys.stderr)

    options = [f"-max_total_time={seconds}", f"-max_len={max(LARGEST, len(seed.content))}",
               f"-timeout={HANG}", "-print_final_stats=1", "-verbosity=0",
               f"-artifact_prefix={folder / 'found'}{os.sep}"]  # fmt: skip
    atheris.Setup([sys.argv[0], *options, str(folder / "tried")], one)
    atheris.Fuzz()


def _place(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{frame.filename}:{frame.lineno}"


if __name__ == "__main__":
    sys.path.insert(0, str(HERE))
    raise SystemExit(main())

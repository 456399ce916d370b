"""Voice as WeChat and QQ record it (SILK), made into what browsers play; the original stays.

Decoding runs in a process of its own, `python -m web.silk FILE`, bounded in time, memory and size.
"""

from __future__ import annotations

import importlib.util
import io
import subprocess
import sys
import threading
import wave
from contextlib import suppress
from functools import cache
from pathlib import Path

LARGEST = 5 << 20
"""Bytes of SILK; a minute has some 150 KB."""
LONGEST = 32 << 20
"""Bytes of sound: ten minutes and more."""
_RATE = 24_000
_SECONDS = 15
_MEMORY = 1 << 30
_AT_ONCE = threading.BoundedSemaphore(2)


@cache
def can_be_played() -> bool:
    """Tell whether the decoder is installed (`chendian[voice]`)."""
    return importlib.util.find_spec("pysilk") is not None


def as_wav(path: Path) -> bytes | None:
    """Return a SILK file as WAV; None where it cannot be decoded, or not within the bounds."""
    if not can_be_played() or path.stat().st_size > LARGEST:
        return None
    with _AT_ONCE:
        try:
            done = subprocess.run(
                [sys.executable, "-m", "web.silk", str(path)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=_SECONDS,
                cwd=Path(__file__).parents[1],
            )
        except subprocess.TimeoutExpired:
            return None
    sound = done.stdout
    return sound if done.returncode == 0 and 44 < len(sound) <= LONGEST else None


def main() -> None:
    """Decode one file to standard output."""
    _bound()
    import pysilk

    sound, packed = io.BytesIO(), io.BytesIO()
    with Path(sys.argv[1]).open("rb") as file:
        pysilk.decode(file, sound, _RATE)
    with wave.open(packed, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(_RATE)
        out.writeframes(sound.getvalue()[:LONGEST])
    sys.stdout.buffer.write(packed.getvalue())


def _bound() -> None:
    """Hold this process to its time and memory, where the system can."""
    with suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()

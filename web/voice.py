"""Voice as WeChat and QQ record it (SILK, AMR), made into what browsers play; the original stays.

Decoding runs in a process of its own, `python -m web.voice FILE`, bounded in time, memory and size.
"""

from __future__ import annotations

import importlib.util
import io
import subprocess
import sys
import wave
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from pathlib import Path

from web.sniff import AMR, SILK, looks_of

LARGEST = 5 << 20
"""Bytes of a voice; a minute has some 150 KB."""
LONGEST = 32 << 20
"""Bytes of sound: ten minutes and more."""
DECODERS = {SILK: "pysilk", AMR: "av"}
"""Modules that decode what no browser plays, by what it is: `chendian[voice]`, `chendian[amr]`."""
_RATE = 24_000
_SECONDS = 15
_MEMORY = 1 << 30
PLAYERS = ThreadPoolExecutor(2, "voices")
"""Threads of a site that wait for a voice; who waits takes none from other pages."""


@cache
def can_be_played(mime: str) -> bool:
    """Tell whether the decoder of such voice is installed."""
    return mime in DECODERS and importlib.util.find_spec(DECODERS[mime]) is not None


def as_wav(path: Path) -> bytes | None:
    """Return a voice as WAV; None where it cannot be decoded, or not within the bounds."""
    looks = looks_of(path)
    if looks is None or not can_be_played(looks.mime) or path.stat().st_size > LARGEST:
        return None
    try:
        done = subprocess.run(
            [sys.executable, "-m", "web.voice", str(path)],
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
    path, packed = Path(sys.argv[1]), io.BytesIO()
    looks = looks_of(path)
    sound, rate = _amr(path) if looks and looks.mime == AMR else _silk(path)
    with wave.open(packed, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(sound)
    sys.stdout.buffer.write(packed.getvalue())


def _silk(path: Path) -> tuple[bytes, int]:
    import pysilk

    sound = io.BytesIO()
    with path.open("rb") as file:
        pysilk.decode(file, sound, _RATE)
    return sound.getvalue(), _RATE


def _amr(path: Path) -> tuple[bytes, int]:
    """Decode AMR, narrow or wide; of a file that was cut what there is."""
    import av

    sound = bytearray()
    # as nothing but AMR, from nothing but a file, whatever it says of itself
    with av.open(str(path), format="amr", options={"protocol_whitelist": "file"}) as source:
        rate = source.streams.audio[0].rate
        evened = av.AudioResampler("s16", "mono", rate)
        with suppress(av.FFmpegError):
            for frame in source.decode(audio=0):
                for part in evened.resample(frame):
                    sound += bytes(part.planes[0])[: 2 * part.samples]
    return bytes(sound), rate


def _bound() -> None:
    """Hold this process to its time and memory, where the system can."""
    with suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()

"""Voices as people send them, of a second or more."""

from __future__ import annotations

import io

import av
import pysilk


def recorded(seconds: int = 1) -> bytes:
    out = io.BytesIO()
    pysilk.encode(io.BytesIO(bytes(range(256)) * 187 * seconds), out, 24_000, 24_000)
    return out.getvalue()


def spoken(codec: str = "libopencore_amrnb", form: str = "amr", rate: int = 8_000) -> bytes:
    """Return a second of AMR, or of Opus as browsers play it."""
    out, said = io.BytesIO(), av.AudioFrame("s16", "mono", rate)
    said.sample_rate, said.pts = rate, 0
    wave_of = (9_000 if n // 20 % 2 else -9_000 for n in range(rate))
    said.planes[0].update(b"".join(one.to_bytes(2, "little", signed=True) for one in wave_of))
    queue = av.AudioFifo()
    queue.write(said)
    with av.open(out, "w", format=form) as target:
        stream = target.add_stream(codec, rate=rate, layout="mono")
        evened = av.AudioResampler(stream.format, "mono", rate)
        while piece := queue.read(rate // 50):
            for part in evened.resample(piece):
                target.mux(stream.encode(part))
        target.mux(stream.encode(None))
    return out.getvalue()

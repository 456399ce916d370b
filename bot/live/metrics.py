"""What is counted while it runs: for /metrics, /healthz and the log."""

from __future__ import annotations

import time

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)

_STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5, 30)


class Metrics:
    """The counters of one process; names begin with `chendian_`."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self.began = time.time()
        self.received = self._counter("received", "Events handed over by a platform.", "account")
        self.stored = self._counter("stored", "Events stored durably.", "account")
        self.dropped = self._counter("dropped", "Events not stored, by reason.", "account", "why")
        self.projected = self._counter("projected", "Events turned into records.", "account")
        self.failed = self._counter("failed", "Events that could not be projected.", "account")
        self.commands = self._counter("commands", "Commands handled.", "name")
        self.sent = self._counter("sent", "Messages sent.", "account")
        self.send_failures = self._counter("send_failures", "Messages not sent.", "account")
        self.media = self._counter("media", "Files fetched, or why not.", "account", "outcome")
        self.pushes = self._counter("pushes", "Pushes answered.", "ingest", "status")
        self.pushed = self._counter("pushed", "Lines pushed, by outcome.", "ingest", "outcome")
        self.alarms = self._counter("alarms", "Alarms for the operator.", "account")
        self.connected = self._gauge("connected", "1 while events flow.", "account")
        self.heard = self._gauge("heard_seconds", "Unix time of the last sign.", "account")
        self.waiting = self._gauge("waiting", "Events stored and not yet projected.")
        self.duplicates = self._gauge("duplicates", "Events that came again, ever.")
        self.quarantined = self._gauge("quarantined", "Frames that could not be read, ever.")
        self.gaps = self._gauge("gaps", "Known gaps of all groups.")
        self.missing = self._gauge("media_missing", "Files known and not had.")
        self.lag = Histogram(
            "chendian_lag_seconds", "From the door to searchable.", buckets=_STEPS,
            registry=self.registry,
        )  # fmt: skip

    def _counter(self, name: str, does: str, *labels: str) -> Counter:
        return Counter(f"chendian_{name}", does, labels, registry=self.registry)

    def _gauge(self, name: str, does: str, *labels: str) -> Gauge:
        return Gauge(f"chendian_{name}", does, labels, registry=self.registry)

    def text(self) -> bytes:
        """Write all of it in Prometheus' format."""
        return generate_latest(self.registry)

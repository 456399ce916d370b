"""A window of the browser that notes whatever a page does and should not do."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

LOOKS = {
    path.stem: path.read_text("utf-8") for path in (Path(__file__).parent / "looks").glob("*.js")
}
OPEN_ALL = """() => {
  document.querySelectorAll('details').forEach(d => d.open = true);
  document.querySelectorAll('img').forEach(i => i.loading = 'eager');
}"""


class Window:
    """One page of a browser; `faults` is everything it did that it should not have done."""

    def __init__(self, page: Any, base: str) -> None:
        self.page = page
        self.base = base
        self.faults: list[str] = []
        self._errors_may_be = False
        page.on("dialog", self._asked)
        page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        page.on("console", self._said)
        page.on("request", lambda request: self._sent(request.url))
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)
        page.on("download", lambda _: self.faults.append("download"))
        page.on("popup", lambda _: self.faults.append("another window"))

    def open(self, path: str, status: int = 200, sealed: bool = False) -> None:
        """Open a page with all that is folded in it, and wait for its pictures.

        sealed: nothing can be unfolded, for no script runs in it, ours neither.
        """
        self._errors_may_be = status >= 400
        answer = self.page.goto(path, wait_until="load")
        if answer.status != status:
            self.faults.append(f"status {answer.status}")
        if not sealed:
            self.page.evaluate(OPEN_ALL)

    def size(self, width: int, height: int = 800) -> None:
        """Make the window so wide, in CSS pixels."""
        wanted = {"width": width, "height": height}
        if self.page.viewport_size != wanted:
            self.page.set_viewport_size(wanted)

    def mode(self, scheme: str) -> None:
        """Make it `light` or `dark`."""
        self.page.emulate_media(color_scheme=scheme)

    def look(self, name: str, *values: Any) -> Any:
        """Return what a function of looks/ tells of the page."""
        return self.page.evaluate(LOOKS[name], *values)

    def taken(self) -> list[str]:
        """Return the faults so far, and begin anew."""
        faults, self.faults = self.faults, []
        return faults

    def _asked(self, dialog: Any) -> None:
        self.faults.append(f"dialog {dialog.message[:40]}")
        dialog.dismiss()

    def _said(self, said: Any) -> None:
        # the browser itself notes that an error page is one
        if not (self._errors_may_be and said.text.startswith("Failed to load resource")):
            self.faults.append(f"console: {said.text[:200]}")

    def _sent(self, url: str) -> None:
        if not url.startswith(f"{self.base}/") or "canary" in urlsplit(url).path:
            self.faults.append(f"request to {url[:120]}")

    def _failed(self, request: Any) -> None:
        # media that is not played is let go of; the icon is not waited for when the next page opens
        icon = "/icon.svg" in request.url and request.failure == "net::ERR_ABORTED"
        if request.resource_type != "media" and not icon:
            self.faults.append(f"request failed: {request.url[:120]} {request.failure}")

    def _answered(self, answer: Any) -> None:
        if answer.status >= 400 and not answer.request.is_navigation_request():
            self.faults.append(f"{answer.status} for {answer.url[:120]}")

"""Coming in with a real browser: its own forms are accepted, with what it says of where they come
from."""

from __future__ import annotations

import pytest
from entering import MINE, Place
from serving import Served

from archive.database import Archive
from archive.logins import OPERATOR
from web.app import create_app

pytestmark = pytest.mark.browser


def test_a_link_and_the_desk_work_in_a_browser(archive: Archive, chromium) -> None:
    place = Place(archive)
    with Served(create_app(archive, loopback=False)) as base:
        context = chromium.new_context(base_url=base, viewport={"width": 360, "height": 740})
        page = context.new_page()
        faults: list[str] = []
        page.on("console", lambda said: faults.append(said.text))
        page.goto(place.link(OPERATOR))
        page.click("main button")
        assert page.url == f"{base}/"
        assert [c["name"] for c in context.cookies() if c["httpOnly"]].count("chendian") == 1
        assert page.goto(f"/m/{MINE}:1").status == 200
        page.goto("/desk")
        page.evaluate(
            """key => {
                const form = document.createElement("form");
                form.method = "post"; form.action = "/desk/act/mark";
                const token = document.querySelector("[data-token]").dataset.token;
                for (const [name, value] of [["token", token], ["key", key]]) {
                    const field = document.createElement("input");
                    field.name = name; field.value = value; form.append(field);
                }
                document.body.append(form); form.submit();
            }""",
            f"{MINE}:1",
        )
        page.wait_for_url("**/desk?did=1")
        assert place.rows("SELECT count(*) FROM essence") == [(1,)]
        page.goto("/logout")
        page.click("main button")
        assert page.url == f"{base}/login"
        assert page.goto(f"/m/{MINE}:1").status == 404
        assert [fault for fault in faults if "404" not in fault] == []
        context.close()

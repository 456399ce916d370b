"""A member changes what holds for them, on a phone, without scripts."""

from __future__ import annotations

from typing import Any

import pytest
from crawling import Found
from stands import MEMBER, Stand, group_keys, member_cookie
from visiting import visit

from archive import consent
from archive.rights import may_publish

pytestmark = pytest.mark.browser


def a_page(path: str) -> Found:
    return Found(path, (path, ()), 200, "text/html", 0, 0, "", True)


@pytest.fixture
def stand(stand_of: Any) -> Stand:
    made: Stand = stand_of("demo-member")
    with made.archive.writing() as db:
        for key in group_keys(made.archive):
            consent.start(db, key, by="demo")
    return made


def entered(stand: Stand, shown: Any) -> Any:
    cookie = member_cookie(stand.archive)["chendian"]
    context = shown.page.context
    context.add_cookies([{"name": "chendian", "value": cookie, "url": stand.base}])
    return shown.page


def test_everything_is_changed_by_hand_without_scripts(stand: Stand, window: Any) -> None:
    page = entered(stand, window(stand.base, 360, java_script_enabled=False))
    page.goto("/me")
    page.get_by_role("button", name="同意公开").click()
    with stand.archive.reading() as db:
        assert may_publish(db, MEMBER)
    page.locator(".notice button").click()
    page.locator("details summary").first.click()
    page.locator("input[name=text]").first.fill("夜航")
    page.get_by_role("button", name="用这个名字").first.click()
    assert "夜航" in page.locator(".places-of-mine").first.inner_text()
    page.locator(".notice button").click()
    page.locator("details summary").first.click()
    page.locator("textarea[name=text]").first.fill("做后端的")
    page.get_by_role("button", name="保存介绍").first.click()
    assert "做后端的" in page.locator(".places-of-mine").first.inner_text()
    page.locator(".notice button").click()
    assert "做后端的" not in page.locator(".places-of-mine").first.inner_text()
    with page.expect_download() as got:
        page.get_by_role("button", name="下载").click()
    assert got.value.suggested_filename == "mydata.zip"
    page.get_by_role("link", name="不要存我").click()
    page.get_by_role("button", name="不要存我").click()
    assert page.url.endswith("/me/optout")  # the box is not ticked
    page.get_by_role("link", name="不了，回去").click()
    page.get_by_role("button", name="退出这里").first.click()
    assert "/login" in page.url


@pytest.mark.parametrize("path", ["/me?did=disagree", "/me/optout"])
def test_its_pages_keep_the_rules_of_the_house_with_all_forms_open(
    stand: Stand, window: Any, path: str
) -> None:
    shown = window(stand.base, 360)
    entered(stand, shown)
    seen = visit(shown, a_page(path), closely=True)
    assert not (seen.runs or seen.wide or seen.cut or seen.axe or seen.house), seen

"""Programs with tokens before the site: what they are told, how often, and what ends them."""

from __future__ import annotations

import time

import pytest
from entering import ANN, AWAY, CANARY, MINE, OTHER, Browser, Place
from lxml import html

from archive import api_tokens
from archive.database import Archive

KEY = f"{MINE}:1"


@pytest.fixture
def place(archive: Archive) -> Place:
    return Place(archive)


def showing(place: Place, header: str, **where: str) -> Browser:
    return Browser(place.site, authorization=header, **where)


def test_a_token_opens_the_api_and_files_and_no_page(place: Place) -> None:
    program = place.program(names=True)
    assert program.get(f"/api/messages/{KEY}").json()["sender"] == "人11"
    assert program.get(f"/media/{place.picture}").status_code == 200
    for path in (f"/m/{KEY}", f"/g/{MINE}", "/desk", "/desk/tokens", "/coverage"):
        answer = program.get(path)
        assert CANARY not in answer.text and "人11" not in answer.text
    assert program.get(f"/api/groups/{OTHER}").status_code == 404


def test_what_is_for_members_or_admins_is_for_tokens_as_for_them(place: Place) -> None:
    def seen(level: str) -> list[int]:
        with place.archive.writing() as db:
            db.execute("DELETE FROM item_levels")
            db.execute(
                "INSERT INTO item_levels SELECT id, ?, 'x', 0 FROM messages WHERE group_id ="
                " (SELECT id FROM groups WHERE key = ?)",
                (level, MINE),
            )
        return [one.get(f"/api/messages/{KEY}").status_code for one in programs]

    programs = [place.program(names=True), place.program(names=False)]
    assert seen("members") == [200, 404] and seen("admins") == [404, 404]


@pytest.mark.parametrize(
    "header", ["Bearer x", "Bearer", "bearer chendian_" + "a" * 43, "Bearer a b", "Bearer " * 900]
)
def test_a_token_that_does_not_work_is_a_401_with_words(place: Place, header: str) -> None:
    for path in ("/api/groups", "/api/search?q=x", f"/media/{place.picture}", "/api/nothing"):
        answer = showing(place, header).get(path)
        assert answer.status_code == 401 and answer.headers["www-authenticate"] == "Bearer"
        assert answer.json().keys() == {"error", "hint"} and answer.json()["hint"]


def test_what_a_proxy_asks_for_by_the_same_header_is_no_token(place: Place) -> None:
    assert showing(place, "Basic dXNlcjpwYXNz").get("/api/groups").status_code == 200


def test_an_ended_and_an_expired_token_read_no_more(place: Place) -> None:
    first, second = place.program(names=True), place.program(names=True)
    with place.archive.writing() as db:
        api_tokens.end_token(db, 1, "operator")
        db.execute("UPDATE api_tokens SET ends_at = ? WHERE id = 2", (int(time.time()),))
    assert [one.get("/api/groups").status_code for one in (first, second)] == [401, 401]


def test_a_token_is_what_counts_even_at_the_machine_itself(archive: Archive) -> None:
    place = Place(archive, base_url="")
    here = {"host": "127.0.0.1:8765", "client": "127.0.0.1"}
    token = place.program(names=False).where["authorization"]
    assert place.site.get("/api/stats", **here).json()["groups"] == 2
    assert place.site.get("/api/stats", authorization=token, **here).json()["groups"] == 1
    assert place.site.get("/api/stats", authorization="Bearer no", **here).status_code == 401


def test_the_last_use_of_a_token_is_noted_once_in_a_while(place: Place) -> None:
    program = place.program(names=True)

    def used() -> int:
        return place.rows("SELECT coalesce(used_at, 0) FROM api_tokens")[0][0]

    program.get("/api/groups")
    assert used() > time.time() - 60
    for ago, noted in ((60, False), (2 * api_tokens.USED_EACH, True)):
        then = int(time.time()) - ago
        with place.archive.writing() as db:
            db.execute("UPDATE api_tokens SET used_at = ?", (then,))
        program.get("/api/groups")
        assert (used() != then) == noted


def test_programs_are_counted_by_token_and_wrong_tokens_by_address(place: Place) -> None:
    first, second = place.program(names=True), place.program(names=True)
    told = [first.get("/api/stats").status_code for _ in range(125)]
    assert told == [200] * 120 + [429] * 5
    refused = first.get("/api/stats")
    assert refused.headers["retry-after"].isdigit() and refused.json()["hint"]
    assert second.get("/api/stats").status_code == 200
    wrong = [showing(place, f"Bearer {n}").get("/api/stats").status_code for n in range(25)]
    assert wrong == [401] * 20 + [429] * 5
    elsewhere = showing(place, "Bearer x", client="192.0.2.99")
    assert elsewhere.get("/api/stats").status_code == 401
    # who has a token that works is not held back by others at the address
    assert second.get("/api/stats").status_code == 200


def test_who_has_no_token_is_counted_by_address(place: Place) -> None:
    told = [place.site.get("/api/stats", **AWAY).status_code for _ in range(121)]
    assert told[119:] == [200, 429]
    assert place.site.get("/api", **AWAY).status_code == 200


def test_tokens_are_made_shown_once_and_ended_at_the_desk(place: Place) -> None:
    desk = place.operator()
    made = desk.press("/desk/tokens", label="周报 <b>", group=MINE, names="1", days="30")
    page = html.document_fromstring(made.text)
    (token,) = page.xpath('//p[@role="status"]/code/text()')
    assert token.startswith(api_tokens.PREFIX) and "周报 &lt;b&gt;" in made.text
    assert token not in desk.get("/desk/tokens").text
    program = showing(place, f"Bearer {token}")
    assert program.get(f"/api/messages/{KEY}").json()["sender"] == "人11"
    assert program.get(f"/api/groups/{OTHER}").status_code == 404
    fields = {"token": desk.token, "number": "1", "back": "/desk/tokens"}
    assert desk.post("/desk/act/token_end", fields).status_code == 303
    assert desk.post("/desk/act/token_end", fields).status_code == 404  # it is over
    assert program.get("/api/groups").status_code == 401
    actions = [a for (a,) in place.rows("SELECT action FROM audit WHERE action LIKE 'token%'")]
    assert actions == ["token", "token ended"]


def test_a_token_for_all_groups_reads_those_to_come(place: Place) -> None:
    made = place.operator().press("/desk/tokens", everything="1", days="7").text
    (token,) = html.document_fromstring(made).xpath('//p[@role="status"]/code/text()')
    assert len(showing(place, f"Bearer {token}").get("/api/groups").json()["items"]) == 2


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"days": "30"}, 409), ({"days": "31", "everything": "1"}, 400),
        ({"days": "30", "group": "telegram:-404"}, 404), ({"everything": "1"}, 400),
    ],
)  # fmt: skip
def test_a_token_that_makes_no_sense_is_refused(
    place: Place, fields: dict[str, str], status: int
) -> None:
    assert place.operator().press("/desk/tokens", **fields).status_code == status
    assert place.rows("SELECT count(*) FROM api_tokens") == [(0,)]


def test_only_the_operator_makes_and_ends_tokens(place: Place) -> None:
    """Fault 30."""
    place.program(names=True)
    ann = place.log_in(ANN)
    ann.get("/desk/access")
    fields = {"token": ann.token, "everything": "1", "days": "30", "number": "1", "back": "/desk"}
    assert ann.token and ann.get("/desk/tokens").status_code == 404
    assert ann.post("/desk/tokens", fields).status_code == 404
    assert ann.post("/desk/act/token_end", fields).status_code == 404
    desk = place.operator()
    desk.get("/desk/tokens")
    mine = fields | {"token": desk.token}
    assert desk.post("/desk/tokens", mine, origin="https://evil.example").status_code == 403
    assert place.rows("SELECT count(*), max(ended_at) FROM api_tokens") == [(1, None)]


def test_pages_of_other_sites_are_told_nothing(place: Place) -> None:
    program = place.program(names=True)
    for path in ("/api/groups", "/api/nothing", "/api/openapi.json"):
        answer = program.get(path, origin="https://evil.example")
        assert not [name for name in answer.headers if name.startswith("access-control")]
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    asked = {"origin": "https://evil.example", "access-control-request-method": "GET"}
    assert place.site.get("/api/groups", method="OPTIONS", **AWAY, **asked).status_code == 405


def test_the_page_for_programs_names_every_endpoint_in_both_languages(place: Place) -> None:
    paths = place.site.get("/api/openapi.json", **AWAY).json()["paths"]
    for lang in ("zh", "en"):
        page = html.document_fromstring(place.site.get(f"/api?lang={lang}", **AWAY).text)
        assert page.xpath("//dt/code/text()") == list(paths)
        assert all(one.text_content().strip() for one in page.xpath("//dd"))

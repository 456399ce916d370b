"""What of the fixed queries the published page can be asked, and how its answers are judged."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from benchmarks.static_search import Asked, judge, supported
from benchmarks.wanted import All, Any, Filter, Not, Query, Text

ZONE = ZoneInfo("Asia/Shanghai")
PLAIN = Asked("的", "", "", Query("any", "的", Text("的")))


def test_fields_become_choices_and_what_the_page_cannot_is_left_out() -> None:
    since = int(datetime(2022, 3, 1, tzinfo=ZONE).timestamp())
    window = Filter(since=since, until=since + 400 * 86_400)
    queries = [
        Query("in a group", "问题 in:读书会", All((Text("问题"), Filter(group="k")))),
        Query("dates", "的 after:2022-03-01 before:2023-03-15", All((Text("的"), window))),
        Query("NOT", "甲 -乙", All((Text("甲"), Not(Text("乙"))))),
        Query("OR", "甲 OR 乙", Any((Text("甲"), Text("乙")))),
        Query("person", "from:张三 甲", All((Text("甲"), Filter(person="p")))),
    ]
    group, month, without = supported(queries)
    assert (group.typed, group.group, group.month) == ("问题", "读书会", "")
    assert (month.typed, month.group, month.month) == ("的", "", "2022-03")
    until = int(datetime(2022, 4, 1, tzinfo=ZONE).timestamp())
    assert month.query.wanted == All((Text("的"), Filter(since=since, until=until)))
    assert without.typed == "甲 -乙"


def test_wrong_answers_are_told() -> None:
    right = {"exact": True, "found": [5, 3], "judged": [5, 3]}
    assert judge(PLAIN, right, [3, 5]) == ""
    assert "1 found, 2 are right" in judge(PLAIN, {**right, "found": [5]}, [3, 5])
    loose = {"exact": False, "found": [5, 4, 3], "judged": [5, 3]}
    assert judge(PLAIN, loose, [3, 5]) == ""
    assert "missed" in judge(PLAIN, {**loose, "found": [5, 4]}, [3, 5])
    assert "not the newest" in judge(PLAIN, {**loose, "judged": [5, 4]}, [3, 5])

"""What an account said just now is known again without a look into the archive."""

from __future__ import annotations

import time
from contextlib import suppress

from adapters.contract import Forbidden
from bot.live.lately import Lately


def test_an_echo_is_known_with_the_mention_a_platform_adds() -> None:
    lately, now = Lately(), time.time()
    with lately.saying("wx", "部署失败了 两次"):
        assert lately.was_said("wx", "部署失败了 两次", now)
    assert lately.was_said("wx", "@阿芳\u2005部署失败了\n两次", now + 5)
    assert not lately.was_said("wx", "部署失败了 三次", now + 5)
    assert not lately.was_said("qq", "部署失败了 两次", now + 5)


def test_the_same_words_said_much_later_are_no_echo() -> None:
    lately, now = Lately(), time.time()
    with lately.saying("wx", "早"):
        pass
    assert not lately.was_said("wx", "早", now + 601)
    assert not lately.was_said("wx", "", now)


def test_what_could_not_be_said_may_be_said_by_hand() -> None:
    lately = Lately()
    with suppress(Forbidden), lately.saying("wx", "本周精华"):
        raise Forbidden("WeChat does not let the account write there.")
    assert not lately.was_said("wx", "本周精华", time.time())


def test_only_the_last_words_are_remembered() -> None:
    lately, now = Lately(), time.time()
    for number in range(65):
        with lately.saying("wx", f"第 {number} 句。"):
            pass
    assert not lately.was_said("wx", "第 0 句。", now)
    assert lately.was_said("wx", "第 64 句。", now)

"""Questions in a Telegram group, from asking to accepting, through the installed program."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bot_api import FakeBotApi
from bot_api_updates import ALICE, BOB, TECH
from operated import PROGRAM, Operated, until

GROUP = f"telegram:{TECH['id']}"


@pytest.fixture
def telegram() -> Iterator[FakeBotApi]:
    with FakeBotApi().start() as api:
        api.meet(TECH, ALICE, BOB)
        api.set_member(TECH, ALICE, "creator")
        yield api


def shown(run: Operated, *words: str) -> Any:
    out = subprocess.check_output([PROGRAM, *words, "--data", run.data, "--group", GROUP, "--json"])
    return json.loads(out)


def test_question_is_asked_answered_and_accepted_and_one_has_no_name(
    telegram: FakeBotApi, tmp_path: Path
) -> None:
    """The bot's own message becomes the question of who asks without a name."""
    account = (
        f'[accounts.main-tg]\nplatform = "telegram"\ntoken = "{telegram.token}"\n'
        f'api_url = "{telegram.url}"\npoll_seconds = 2'
    )

    def says(words: str) -> dict[str, Any]:
        return until(lambda: next((one for one in telegram.sent if words in one["text"]), None))

    with Operated(tmp_path, account).start() as run:
        telegram.say("/开启存档", sender=ALICE)
        says("阿珍")
        asked = telegram.say("/问 docker 怎么看容器日志", sender=BOB)
        says("问题记下了")
        answer = telegram.say("docker logs 加名字", sender=ALICE, reply_to=asked)
        run.finds("加名字")
        (one,) = shown(run, "questions")
        assert one == {
            "key": f"{GROUP}:{asked}", "status": "answered", "answers": [f"{GROUP}:{answer}"],
        }  # fmt: skip
        telegram.say("/采纳", sender=BOB, reply_to=answer)
        says("解决了")
        (alike,) = shown(run, "similar", "请问容器的日志在哪看，docker 的")["similar"]
        assert alike["answer_key"] == f"{GROUP}:{answer}"
        private = {"id": BOB["id"], "type": "private", "first_name": "Bob"}
        telegram.say("/匿名问 怎么申请退款", sender=BOB, chat=private)
        posted = says("匿名提问：怎么申请退款")
        assert posted["chat_id"] == TECH["id"]
        run.finds("申请退款")
        first, second = until(lambda: (found := shown(run, "questions"))[1:] and found)
        assert (first["status"], second["status"]) == ("accepted", "open")
        assert run.stop() == 0

"""A question asked again in a Telegram group, and an answer nobody may be given alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from accounts import TECH_KEY, all_acknowledged, approved, telegram, telegram_group
from bot_api_updates import ALICE, BOB, CAROL
from operated import Operated, until


def test_look_alikes_are_offered_once_and_who_is_a_stranger_is_told_how_to_ask(
    tmp_path: Path,
) -> None:
    with telegram_group() as api:
        more = f"{telegram(api)}\n{approved(TECH_KEY, 'offer = true')}"

        def says(words: str) -> dict[str, Any]:
            return until(lambda: next((one for one in api.sent if words in one["text"]), None))

        with Operated(tmp_path, more).start() as run:
            first = api.say("docker 怎么看容器日志？", sender=BOB)
            api.say("docker logs 加容器名", sender=ALICE, reply_to=first)
            run.finds("容器名")
            again = api.say("请问容器日志在哪看，docker 的", sender=CAROL)
            offered = says("以前问过差不多的")
            assert offered["reply_parameters"]["message_id"] == again
            assert "docker logs 加容器名" in offered["text"]
            api.say("/我的数据", sender=BOB)
            line = says("先私聊给我发一句 /帮助")
            assert line["chat_id"] == int(TECH_KEY.partition(":")[2])
            run.kill()
            run.start()
            api.say("docker 的容器日志去哪里看", sender=BOB)
            api.say("/mydata", sender=BOB)
            api.say("/帮助 搜", sender=CAROL)
            says("叫法：")
            all_acknowledged(api)
            assert run.stop() == 0
        told = [one["text"] for one in api.sent]
        assert sum("以前问过" in text for text in told) == 1
        assert sum("先私聊" in text or "in private" in text for text in told) == 1

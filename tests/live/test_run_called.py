"""Platforms that call us: a webhook and a reverse WebSocket at the site's own port."""

from __future__ import annotations

from pathlib import Path

from accounts import TECH_KEY, approved, telegram, telegram_group
from bot_api_updates import ALICE, BOB, SMALL, supergroup
from gateway import free_port
from operated import Operated, until
from program import whole
from qq_gateway import GROUP, KEY, QqGateway

BIG = supergroup(-1_007_778_889_990, "大群")
SMALL_KEY, BIG_KEY = f"telegram:{SMALL['id']}", f"telegram:{BIG['id']}"


def test_a_webhook_and_a_reverse_websocket_are_heard_before_and_after_a_kill(
    tmp_path: Path,
) -> None:
    port = free_port()
    with telegram_group() as api, QqGateway() as qq:
        webhook = (
            f'mode = "webhook"\nwebhook_url = "http://127.0.0.1:{port}/hooks/tg"\n'
            'webhook_secret = "geheimnis-0123456789"'
        )
        reverse = (
            f'[accounts.called-qq]\nplatform = "qq-onebot"\nlisten = "/onebot"\n'
            f'access_token = "{qq.peer.token}"'
        )
        accounts = "\n".join((telegram(api), webhook, reverse))
        groups = "\n".join((approved(TECH_KEY), approved(KEY)))
        with Operated(tmp_path, accounts, groups) as one:
            one.config.write_text(one.config.read_text().replace("port = 0", f"port = {port}"))
            qq.do(lambda peer: peer.connect(f"ws://127.0.0.1:{port}/onebot"))
            for text in ("第一回", "第二回"):
                one.start()
                until(lambda: qq.do(lambda peer: peer.connections))
                api.say(f"电报{text}", sender=BOB)
                one.finds(f"电报{text}")
                qq.do(lambda peer: peer.say(GROUP, 20_003, f"腾讯{text}"))  # noqa: B023
                one.finds(f"腾讯{text}")
                if text == "第一回":
                    one.kill()
            assert one.stop() == 0
            assert "geheimnis" not in one.said() and qq.peer.token not in one.said()
            whole(one.data)


def test_a_group_that_becomes_a_supergroup_stays_one_group_and_stays_archived(
    tmp_path: Path,
) -> None:
    """Fault 7."""
    with (
        telegram_group() as api,
        Operated(tmp_path, telegram(api), approved(SMALL_KEY)).start() as one,
    ):
        api.say("小群里说的", SMALL, ALICE)
        one.finds("小群里说的")
        api.meet(BIG, ALICE, BOB)
        api.say("", SMALL, ALICE, migrate_to_chat_id=BIG["id"])
        api.say("", BIG, ALICE, migrate_from_chat_id=SMALL["id"])
        api.say("大群里说的", BIG, BOB)
        assert one.finds("大群里说的")["group"] == BIG_KEY
        until(lambda: [hit["group"] for hit in one.search("小群里说的")] == [BIG_KEY])
        (old,) = one.search("小群里说的")
        assert "小群里说的" in one.ask(old["url"])
        assert len(one.ask("/api/groups")["items"]) == 1
        assert one.stop() == 0
        whole(one.data)

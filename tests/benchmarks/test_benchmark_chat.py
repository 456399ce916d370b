"""The generated chat is a true Telegram Desktop export and the same for the same seed."""

import json
from pathlib import Path
from statistics import median

import pytest

from benchmarks.export import read_lines
from benchmarks.generate import generate
from benchmarks.vocabulary import NEEDLES, make_vocabulary

SIZE = 8_000


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("chat") / "result.json"
    generate(path, SIZE)
    return path


def test_same_seed_gives_the_same_file(chat: Path, tmp_path: Path) -> None:
    again, other = tmp_path / "again.json", tmp_path / "other.json"
    generate(again, SIZE)
    generate(other, SIZE, seed=2)
    assert again.read_bytes() == chat.read_bytes() != other.read_bytes()


def test_file_is_indented_as_telegram_desktop_does_it(chat: Path, tmp_path: Path) -> None:
    single = tmp_path / "single.json"
    generate(single, 300, groups=1)
    for path in (chat, single):
        written = path.read_text("utf-8")
        assert written == json.dumps(json.loads(written), ensure_ascii=False, indent=1)


def test_single_chat_has_the_shape_of_a_single_chat(tmp_path: Path) -> None:
    path = tmp_path / "single.json"
    generate(path, 300, groups=1)
    chat = json.loads(path.read_text("utf-8"))
    assert list(chat) == ["name", "type", "id", "messages"]
    assert chat["type"] == "private_supergroup"
    assert len(chat["messages"]) == 300


def test_groups_have_zipf_sizes_and_hold_every_message(chat: Path) -> None:
    chats = json.loads(chat.read_text("utf-8"))["chats"]["list"]
    sizes = [len(c["messages"]) for c in chats]
    assert len(chats) == 20
    assert sum(sizes) == SIZE
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == pytest.approx(2 * sizes[1], rel=0.01)


def test_ids_and_times_rise_within_a_group(chat: Path) -> None:
    for group in json.loads(chat.read_text("utf-8"))["chats"]["list"]:
        ids = [message["id"] for message in group["messages"]]
        times = [int(message["date_unixtime"]) for message in group["messages"]]
        assert ids == sorted(set(ids))
        assert times == sorted(times)


def test_replies_answer_earlier_messages(chat: Path) -> None:
    answered = 0
    for group in json.loads(chat.read_text("utf-8"))["chats"]["list"]:
        for message in group["messages"]:
            if reply := message.get("reply_to_message_id"):
                answered += 1
                assert 0 < reply < message["id"]
    assert answered == pytest.approx(0.15 * SIZE, rel=0.1)


def test_text_and_its_entities_say_the_same(chat: Path) -> None:
    for group in json.loads(chat.read_text("utf-8"))["chats"]["list"]:
        for message in group["messages"]:
            text, entities = message["text"], message["text_entities"]
            parts = text if isinstance(text, list) else [text]
            said = "".join(part if isinstance(part, str) else part["text"] for part in parts)
            assert said == "".join(entity["text"] for entity in entities)


def test_messages_are_short_and_mostly_han(chat: Path) -> None:
    texts = [line.text for line in read_lines(chat)]
    han = [sum("\u4e00" <= character <= "\u9fff" for character in text) for text in texts]
    assert 14 <= median(han) <= 20
    assert sum(han) > 0.75 * sum(map(len, texts))


def test_needles_are_planted_as_often_as_said(chat: Path) -> None:
    texts = [line.text for line in read_lines(chat)]
    for needle, count in NEEDLES:
        assert sum(needle in text for text in texts) == count


def test_reading_as_a_stream_agrees_with_json_load(chat: Path) -> None:
    whole = [
        (f"telegram:-100{group['id']}:{message['id']}", message["from"], message["date_unixtime"])
        for group in json.loads(chat.read_text("utf-8"))["chats"]["list"]
        for message in group["messages"]
    ]
    streamed = [(line.key, line.sender, str(line.sent_at)) for line in read_lines(chat)]
    assert streamed == whole


def test_reading_can_stop_early(chat: Path) -> None:
    assert len(list(read_lines(chat, 37))) == 37


def test_vocabulary_is_several_thousand_different_words() -> None:
    words = make_vocabulary(1).words
    assert len(words) == len(set(words)) > 5_000

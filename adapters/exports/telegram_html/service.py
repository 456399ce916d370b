"""What a service row tells: the exporter writes it as one English sentence."""

from __future__ import annotations

from typing import NamedTuple

UNSUPPORTED = "This message is not supported by this version of Telegram Desktop."

_WHOLE = {
    "History cleared": "clear_history", "Channel photo changed": "photo",
    "Channel photo removed": "photo", "Chat created": "create",
}  # fmt: skip
_ENDINGS = {
    " pinned this message": "pin",
    " changed group photo": "photo",
    " removed group photo": "photo",
    " converted this group to a supergroup": "migrate",
    " joined group by request": "join",
    " joined the group": "join",
    " left the group": "leave",
    " joined Telegram": "join",
    " took a screenshot": "screenshot",
    " has set messages not to auto-delete": "auto_delete",
}
_MIDDLES = {
    " converted a basic group to this supergroup «": "migrate",
    " changed group title to «": "title",
    " created group «": "create",
    " created topic «": "topic_created",
    " changed topic ": "topic_edit",
    " joined group by link from ": "join",
    " started voice chat": "call",
    " started video chat": "call",
    " scheduled a v": "call",
    " has set messages to auto-delete in ": "auto_delete",
    " boosted the ": "boost",
    " changed chat theme to ": "theme",
    " set a new background": "theme",
    " set the same background": "theme",
    " scored ": "game_score",
    " invited ": "invite",
    " removed ": "remove",
}
_BEGINNINGS = {
    "Channel title changed to «": "title",
    "Channel «": "create",
    "Voice chat": "call",
    "New messages will ": "auto_delete",
    "You have successfully transferred ": "payment",
}
_LONGEST = 4000


class Event(NamedTuple):
    """The action of a service row and who did it, as far as the sentence is clear."""

    action: str = "service"
    actor: str | None = None


def event(sentence: str) -> Event:
    """Guess the action and the actor; a name that holds one of our phrases names no actor."""
    if len(sentence) > _LONGEST:
        return Event()
    if sentence in _WHOLE:
        return Event(_WHOLE[sentence])
    for phrase, action in _ENDINGS.items():
        if sentence.endswith(phrase):
            return Event(action, _actor(sentence, phrase))
    for phrase, action in _MIDDLES.items():
        if phrase in sentence:
            voice = action == "invite" and sentence.endswith((" voice chat", " video chat"))
            return Event("call" if voice else action, _actor(sentence, phrase))
    begun = (action for phrase, action in _BEGINNINGS.items() if sentence.startswith(phrase))
    return Event(next(begun, "service"))


def _actor(sentence: str, phrase: str) -> str | None:
    before, _, after = sentence.partition(phrase)
    if phrase in after or any(other in before for other in (*_MIDDLES, *_ENDINGS)):
        return None
    return "Deleted Account" if before == "Deleted" else before.strip() or None

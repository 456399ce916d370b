"""What is said where a command is not obeyed."""

from __future__ import annotations

from bot.commands.command import Answer, Asked, Command, Who, usage

EXAMPLE = "K7Q2MD"
"""A short code to show how one looks."""


def slow_down(asked: Asked) -> Answer:
    """Ask for a pause, once."""
    return Answer(
        asked.say(
            "慢一点：命令太多了，这一条没有处理。请过一分钟再发。",
            "Slow down, please: that was too many commands, and this one was not obeyed."
            " Send it again in a minute.",
        )
    )


def not_allowed(asked: Asked, who: Who) -> Answer:
    """Say who may do this."""
    if who == "author":
        return Answer(
            asked.say(
                f"/{asked.name} 只对自己说的话有用；别人的，要群主或管理员来。",
                f"/{asked.name} is for your own messages; for others', ask the group's owner or an"
                " admin.",
            ),
            refused=True,
        )
    return Answer(
        asked.say(
            f"/{asked.name} 要群主或管理员来发。",
            f"Only the group's owner and admins can use /{asked.name}.",
        ),
        refused=True,
    )


def cannot_tell(asked: Asked) -> Answer:
    """Say that the platform does not tell who is an admin right now."""
    return Answer(
        asked.say(
            "平台现在没有告诉我谁是管理员，所以先没有动。请过一会儿再发一次。",
            "The platform does not tell me who is an admin right now, so I left everything as it"
            " was. Please send that again in a while.",
        )
    )


def name_one(asked: Asked, command: Command) -> Answer:
    """Say how a message is named."""
    takes = command.takes[0 if asked.chinese else 1]
    tail = f" {takes}" if takes else ""
    return Answer(
        asked.say(
            f"要说明是哪条消息：回复它再发 /{asked.name}{tail}，"
            f"或者写上它的短码，例如 /{asked.name} {EXAMPLE}{tail}",
            f"Which message? Reply to it with /{asked.name}{tail}, or give its short code, as in"
            f" /{asked.name} {EXAMPLE}{tail}",
        )
    )


def not_there(asked: Asked) -> Answer:
    """Say that the message named is not in the archive, or not for this person; all the same."""
    return Answer(
        asked.say(
            "存档里没有这条消息：可能是开启存档之前说的，也可能已经删掉了。刚说的请过几秒再试。",
            "That message is not in the archive: it may be older than the archive, or have been"
            " erased. If it was said just now, try again in a few seconds.",
        )
    )


def in_a_group(asked: Asked) -> Answer:
    """Say that a command belongs into a group."""
    return Answer(
        asked.say(
            f"/{asked.name} 要在群里发。", f"Please send /{asked.name} in the group it is for."
        )
    )


def no_group(asked: Asked, command: Command) -> Answer:
    """Say that nobody knows which groups a person is in."""
    if command.alone:
        # said in the group, it would show who wants to ask
        return Answer(
            asked.say(
                "我在存档的群里还没见过你，不知道该发到哪个群。"
                f"先在群里说句话，再私聊我发 /{asked.name}。",
                "I have not met you in any archived group yet, so I cannot tell where it belongs."
                f" Say something in the group first, then send /{asked.name} to me in private.",
            )
        )
    return Answer(
        asked.say(
            f"我在存档的群里还没见过你，不知道该查哪个群。请在群里发 /{asked.name}。",
            "I have not met you in any archived group yet, so I cannot tell where to look."
            f" Please send /{asked.name} in the group.",
        )
    )


def groups_untold(asked: Asked, command: Command) -> Answer:
    """Say that the platform tells nobody's groups, and where to ask instead."""
    if command.alone:
        return Answer(
            asked.say(
                "平台不告诉我谁在哪个群，所以我没法替你问。可以在群里发 /问，会带上你的名字。",
                "This platform does not tell me who is in which group, so I cannot ask for you."
                " In the group you can send /ask, with your name.",
            )
        )
    return Answer(
        asked.say(
            f"平台不告诉我谁在哪个群，所以单独问我查不了。请在群里发 /{asked.name}。",
            "This platform does not tell me who is in which group, so I cannot look for one person"
            f" alone. Please send /{asked.name} in the group.",
        )
    )


def failed(asked: Asked) -> Answer:
    """Say that something went wrong, and that nothing was changed."""
    return Answer(
        asked.say(
            f"/{asked.name} 没做成，什么都没有改。请过一会儿再试；还不行就告诉管理存档的人。",
            f"/{asked.name} did not work, and nothing was changed. Try again in a while; if it goes"
            " on, tell whoever runs the archive.",
        )
    )


def write_first(asked: Asked) -> str:
    """Say in the group that a person must write to the bot before it can write to them."""
    return asked.say(
        "我不能先给你发私信：先私聊给我发一句 /帮助（要加好友的先加），再问一次。",
        "I cannot be the first to write to you in private: send me /help there (add me as a friend"
        " where that is needed), then ask again.",
    )


def how(asked: Asked, command: Command) -> Answer:
    """Say how a command is given."""
    text = usage(command, asked.chinese)
    return Answer(asked.say(f"这样用：{text}", f"Use it like this: {text}"))

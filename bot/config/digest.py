"""[digest], [[digest.together]] and [reminders]."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from bot.config.section import Section

Clock = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
"""A time of day in the group's time zone: `20:00`."""
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

Language = Literal["zh-Hans", "en"]


class TogetherConfig(Section, frozen=True):
    """[[digest.together]]: one weekly digest of several groups."""

    name: Annotated[str, msgspec.Meta(pattern=r"^[^:\s][^:\x00-\x1f]{0,39}$")]
    groups: tuple[str, ...] | Literal["all"]
    send_to: tuple[str, ...] = ()
    admins: tuple[str, ...] = ()
    language: Language | None = None


class DigestConfig(Section, frozen=True):
    """[digest]: when the round-up is drafted, and who lets it be sent."""

    enabled: bool = False
    day: Weekday = "sunday"
    time: Clock = "20:00"
    daily: bool = False
    daily_time: Clock = "21:30"
    send: Literal["approval", "unapproved"] = "approval"
    groups: tuple[str, ...] = ()
    language: Language = "zh-Hans"
    together: tuple[TogetherConfig, ...] = ()


class RemindersConfig(Section, frozen=True):
    """[reminders]: what admins, and those who are asked something, are told by themselves."""

    candidates: bool = False
    candidates_time: Clock = "21:00"
    assigned: bool = False
    assigned_time: Clock = "10:00"
    open_questions: bool = False
    open_questions_day: Weekday = "monday"
    open_questions_time: Clock = "10:00"

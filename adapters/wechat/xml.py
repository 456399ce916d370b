"""Where this adapter takes WeChat's own XML from: the same reader as the exports, so that a message
is the same whichever way it came."""

from __future__ import annotations

from adapters.notices import action_of
from adapters.wechat_xml.content import Content, Place
from adapters.wechat_xml.message import QUOTED, content_of
from adapters.wechat_xml.xml import parse, said

__all__ = ["QUOTED", "Content", "Place", "action_of", "content_of", "parse", "said"]

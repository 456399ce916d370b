"""`chendian` for which a copy is too old after a few seconds."""

from __future__ import annotations

import bot.bridge.composing
import bot.bridge.crossing

SECONDS = 3

if __name__ == "__main__":
    bot.bridge.composing.OLDEST = bot.bridge.crossing.OLDEST = SECONDS
    from bot.cli import main

    main()

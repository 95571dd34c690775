"""A made-up town in which things happen. Nobody here is real, and no mail leaves the machine.

people      who lives there, the streets, the categories
stories     what was reported before you came       past   tells it again through the actions
town        all of it in the database               activity   goes on for ever       camera   takes a photo
"""

from __future__ import annotations

from casework.database import transaction
from curbcast.demo.activity import live
from curbcast.demo.past import tell_the_past
from curbcast.demo.town import Demo, find_town, found_town


async def build_town() -> Demo:
    """The town as it stands: built on the first start, found again later, with new tokens each time."""
    async with transaction():  # whole or not at all, also where the first start is interrupted
        demo = await find_town()
        if demo is None:
            demo = await found_town()
            await tell_the_past(demo)
    return demo


__all__ = ["Demo", "build_town", "live"]

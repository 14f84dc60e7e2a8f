"""How somebody works with a page: with a mouse or a finger, or with the keyboard alone."""

from typing import Protocol

from playwright.async_api import Locator, Page

_MOST_TABS = 150


class Hands(Protocol):
    """`press` follows links and presses buttons; `choose` ticks one option, whose siblings may be chosen already."""

    async def press(self, target: Locator) -> None: ...
    async def fill(self, target: Locator, text: str) -> None: ...
    async def choose(self, option: Locator) -> None: ...
    async def play(self, video: Locator) -> None: ...


class Mouse:
    async def press(self, target: Locator) -> None:
        await target.click()

    async def fill(self, target: Locator, text: str) -> None:
        await target.fill(text)

    async def choose(self, option: Locator) -> None:
        await option.check()

    async def play(self, video: Locator) -> None:
        """Playwright can not find the button within the browser's own controls."""
        await video.evaluate("video => video.paused ? void video.play() : video.pause()")


class Keyboard:
    def __init__(self, page: Page) -> None:
        self._page, self._keys = page, page.keyboard

    async def press(self, target: Locator) -> None:
        await self._go_to(target)
        await self._keys.press("Enter")

    async def fill(self, target: Locator, text: str) -> None:
        await self._go_to(target)
        await self._keys.type(text)

    async def choose(self, option: Locator) -> None:
        if await option.get_attribute("type") == "checkbox":
            await self._go_to(option)
            await self._keys.press("Space")
            return
        # The keyboard enters a group of radio buttons at the first, and goes on by arrows.
        name, value = await option.get_attribute("name"), await option.get_attribute("value")
        group = self._page.locator(f"input[name={name}]")
        await self._go_to(group.first)
        await self._keys.press("Space")
        values = [await each.get_attribute("value") for each in await group.all()]
        for _ in range(values.index(value)):
            await self._keys.press("ArrowDown")

    async def play(self, video: Locator) -> None:
        await self._go_to(video)
        await self._keys.press("Space")

    async def _go_to(self, target: Locator) -> None:
        """By Tab alone, from where the focus is."""
        await target.wait_for()
        for _ in range(_MOST_TABS):
            if await target.evaluate("element => element === document.activeElement"):
                return
            await self._keys.press("Tab")
        raise AssertionError(f"Tab does not lead to {target}")

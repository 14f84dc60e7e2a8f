"""Device names from `User-Agent` (RFC 9110, section 10.1.5)."""

import re
from collections.abc import Sequence

# The first match counts: most browsers also name those that they are compatible with.
_BROWSERS: Sequence[tuple[str, str]] = (
    (r"YaBrowser/", "Yandex Browser"),
    (r"\b(?:Edg|EdgA|EdgiOS|Edge)/", "Edge"),
    (r"\b(?:OPR|OPiOS|Opera)/", "Opera"),
    (r"SamsungBrowser/", "Samsung Internet"),
    (r"Vivaldi/", "Vivaldi"),
    (r"\b(?:Firefox|FxiOS)/", "Firefox"),
    (r"HeadlessChrome/", "Headless Chrome"),
    (r"\b(?:Chrome|CriOS|Chromium)/", "Chrome"),
    (r"Version/[\d.]+ (?:Mobile/\w+ )?Safari/", "Safari"),
)
_SYSTEMS: Sequence[tuple[str, str]] = (
    (r"\biPad\b", "iPad"),
    (r"\biPhone\b", "iPhone"),
    (r"\bAndroid\b", "Android"),
    (r"\bWindows\b", "Windows"),
    (r"\bCrOS\b", "ChromeOS"),
    (r"\bMac(?:intosh| OS X)\b", "macOS"),
    (r"\bLinux\b", "Linux"),
)
_PRODUCT = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,29}(?=/|$)")


def device_name(user_agent: str | None) -> str | None:
    """Such as `Chrome on Windows`; the product name for other programs; None if unknown."""
    if not user_agent:
        return None
    browser, system = _first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent)
    if browser is None and not user_agent.startswith("Mozilla/"):
        program = _PRODUCT.match(user_agent)
        browser = program[0] if program else None
    return " on ".join(name for name in (browser, system) if name) or None


def _first(names: Sequence[tuple[str, str]], user_agent: str) -> str | None:
    return next((name for pattern, name in names if re.search(pattern, user_agent)), None)

"""Device names."""

import pytest

from atg_core.identity.devices import device_name

_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
_MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
_ANDROID = "Mozilla/5.0 (Linux; Android 14; SM-S921B)"
_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (f"{_WINDOWS} {_WEBKIT} Chrome/130.0.0.0 Safari/537.36", "Chrome on Windows"),
        (f"{_WINDOWS} {_WEBKIT} Chrome/130.0.0.0 Safari/537.36 Edg/130.0.2849.68", "Edge on Windows"),
        (f"{_WINDOWS} {_WEBKIT} Chrome/128.0.0.0 YaBrowser/24.10.0.0 Safari/537.36", "Yandex Browser on Windows"),
        (f"{_WINDOWS} {_WEBKIT} Chrome/129.0.0.0 Safari/537.36 OPR/115.0.0.0", "Opera on Windows"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox on Windows"),
        (f"{_MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15", "Safari on macOS"),
        (f"{_MAC} {_WEBKIT} Chrome/130.0.0.0 Safari/537.36", "Chrome on macOS"),
        (f"{_IPHONE} Version/18.1 Mobile/15E148 Safari/604.1", "Safari on iPhone"),
        (f"{_IPHONE} CriOS/130.0.6723.90 Mobile/15E148 Safari/604.1", "Chrome on iPhone"),
        (f"{_IPHONE} FxiOS/132.0 Mobile/15E148 Safari/605.1.15", "Firefox on iPhone"),
        ("Mozilla/5.0 (iPad; CPU OS 17_7 like Mac OS X) Version/17.7 Mobile/15E148 Safari/604.1", "Safari on iPad"),
        (f"{_ANDROID} {_WEBKIT} Chrome/130.0.0.0 Mobile Safari/537.36", "Chrome on Android"),
        (f"{_ANDROID} {_WEBKIT} SamsungBrowser/26.0 Chrome/122.0 Mobile Safari/537.36", "Samsung Internet on Android"),
        (f"{_ANDROID} {_WEBKIT} Chrome/130.0.0.0 Mobile Safari/537.36 EdgA/130.0", "Edge on Android"),
        (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {_WEBKIT} Chrome/130.0.0.0 Safari/537.36", "Chrome on ChromeOS"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox on Linux"),
        (f"Mozilla/5.0 (X11; Linux x86_64) {_WEBKIT} HeadlessChrome/130.0 Safari/537.36", "Headless Chrome on Linux"),
        ("Mozilla/5.0 (compatible; something new)", None),
        ("curl/8.5.0", "curl"),
        ("python-httpx/0.28.1", "python-httpx"),
        ("Dart/3.5 (dart:io) Android", "Dart on Android"),
        ("okhttp", "okhttp"),
        ("<script>alert(1)</script>", None),
        ("Тест/1.0", None),
        ("x" * 500, None),
        ("", None),
        (None, None),
    ],
)
def test_a_device_is_called_by_its_browser_and_its_system(user_agent: str | None, name: str | None) -> None:
    assert device_name(user_agent) == name

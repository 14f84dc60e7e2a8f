"""Settings of the Telegram bot."""

from pathlib import Path

import pytest
from msgspec import structs

from atg_adapters.memory.telegram import MemoryTelegram
from atg_adapters.outbox.telegram import OutboxTelegram
from atg_adapters.telegram.bot_api import BotApi
from atg_core.telegram.init_data import InitDataVerifier
from atg_entrypoints.container import close, create_container
from atg_entrypoints.environment import read_settings
from atg_entrypoints.settings import Settings
from atg_entrypoints.settings_checks import SettingsError

TOKEN = f"{123456789}:Qw3rty-{'Zx9_' * 7}"
WEBHOOK_SECRET = "Jx3vQ9-pL0wZ7_rT"
SECRET = "Jx3vQ9-pL0wZ7rT2mN8kB5yH4sD6fG1cXaVe"


def read(folder: Path, **environment: str) -> Settings:
    return read_settings({"ATG_HOME": str(folder), "ATG_SECRET_KEY": SECRET, **environment}, dotenv=folder / ".env")


def test_the_bot_has_the_names_that_it_has_everywhere(tmp_path: Path) -> None:
    settings = read(tmp_path, TELEGRAM_BOT_TOKEN=TOKEN, TELEGRAM_WEBHOOK_SECRET=WEBHOOK_SECRET)
    assert (settings.telegram_bot_token, settings.telegram_webhook_secret) == (TOKEN, WEBHOOK_SECRET)
    assert settings.telegram_api_url == "https://api.telegram.org"
    prefixed = read(tmp_path, ATG_TELEGRAM_BOT_TOKEN=TOKEN, ATG_TELEGRAM_API_URL="http://127.0.0.1:8081")
    assert (prefixed.telegram_bot_token, prefixed.telegram_api_url) == ("", "http://127.0.0.1:8081")


def test_without_them_there_is_no_bot(tmp_path: Path) -> None:
    settings = read(tmp_path, TELEGRAM_BOT_TOKEN="", TELEGRAM_WEBHOOK_SECRET="")
    assert (settings.telegram_bot_token, settings.telegram_webhook_secret) == ("", "")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TELEGRAM_BOT_TOKEN", "hunter2"),
        ("TELEGRAM_BOT_TOKEN", "123456789:hunter2"),
        ("TELEGRAM_BOT_TOKEN", f"bot{TOKEN}"),
        ("TELEGRAM_BOT_TOKEN", f"{TOKEN}/hunter2"),
        ("TELEGRAM_BOT_TOKEN", f"{TOKEN}\n"),
        ("TELEGRAM_BOT_TOKEN", TOKEN.replace("1", "١")),
        ("TELEGRAM_WEBHOOK_SECRET", "hunter2-hunter2"),
        ("TELEGRAM_WEBHOOK_SECRET", "hunter2" * 40),
        ("TELEGRAM_WEBHOOK_SECRET", "hunter2 hunter2 hunter2"),
        ("TELEGRAM_WEBHOOK_SECRET", "hunter2+/hunter2=="),
        ("TELEGRAM_WEBHOOK_SECRET", "hunter2-hunter2-яяя"),
        ("ATG_TELEGRAM_API_URL", "hunter2.example"),
        ("ATG_TELEGRAM_API_URL", "ftp://hunter2.example"),
        ("ATG_TELEGRAM_API_URL", "https://"),
        ("ATG_TELEGRAM_API_URL", "https://anna:hunter2@bot.example"),
        ("ATG_TELEGRAM_API_URL", "https://bot.example/?token=hunter2"),
        ("ATG_TELEGRAM_API_URL", "https://hunter2.example:port"),
        ("ATG_TELEGRAM_API_URL", "https://hunter2.example:0"),
        ("ATG_TELEGRAM_API_URL", "https://[hunter2"),
    ],
)
def test_a_wrong_value_names_its_variable_and_is_not_shown(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name}: ") as refused:
        read(tmp_path, **{name: value})
    assert "hunter2" not in str(refused.value)
    assert "Qw3rty" not in str(refused.value)


def test_production_refuses_the_secret_of_an_example(tmp_path: Path) -> None:
    for weak in ("aaaaaaaaaaaaaaaa", "change-me-to-anything"):
        assert read(tmp_path, TELEGRAM_WEBHOOK_SECRET=weak).telegram_webhook_secret == weak
        with pytest.raises(SettingsError, match=r"^TELEGRAM_WEBHOOK_SECRET: ") as refused:
            read(tmp_path, ATG_ENV="production", TELEGRAM_WEBHOOK_SECRET=weak)
        assert weak not in str(refused.value)
    strong = read(tmp_path, ATG_ENV="production", TELEGRAM_WEBHOOK_SECRET=WEBHOOK_SECRET)
    assert strong.telegram_webhook_secret == WEBHOOK_SECRET


async def test_the_bot_api_is_asked_if_there_is_a_bot_else_all_is_kept_where_all_else_is(tmp_path: Path) -> None:
    memory = Settings(database_url="memory://", secret_key=SECRET)
    embedded = Settings(home=str(tmp_path), secret_key=SECRET)
    assert isinstance(create_container(memory).telegram(), MemoryTelegram)
    assert isinstance(create_container(embedded).telegram(), OutboxTelegram)
    for settings in (memory, embedded):
        container = create_container(structs.replace(settings, telegram_bot_token=TOKEN))
        assert isinstance(container.telegram(), BotApi)
        await close(container)
    assert list(tmp_path.iterdir()) == []


def test_init_data_is_verified_only_where_there_is_a_bot() -> None:
    memory = Settings(database_url="memory://", secret_key=SECRET)
    assert create_container(memory).mini_app() is None
    assert create_container(structs.replace(memory, telegram_bot_token=TOKEN)).mini_app() == InitDataVerifier(TOKEN)

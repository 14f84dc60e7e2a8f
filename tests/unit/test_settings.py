"""Settings: their defaults, their types, and what is refused."""

import stat
from pathlib import Path

import pytest

from atg_entrypoints.settings import SettingsError, read_settings

STRONG = "Jx3vQ9-pL0wZ7rT2mN8kB5yH4sD6fG1cXaVe"


def test_with_nothing_set_everything_is_kept_in_the_home_folder(tmp_path: Path) -> None:
    settings = read_settings({"ATG_HOME": str(tmp_path)}, dotenv=tmp_path / ".env")
    assert settings.database == f"sqlite:///{tmp_path}/atg.db"
    assert (settings.host, settings.port, settings.workers, settings.access_ttl) == ("127.0.0.1", 8000, 1, 900)
    assert settings.cors_origins == []


def test_a_secret_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    first = read_settings({"ATG_HOME": str(tmp_path)}, dotenv=tmp_path / ".env")
    again = read_settings({"ATG_HOME": str(tmp_path)}, dotenv=tmp_path / ".env")
    assert first.secret_key == again.secret_key
    assert len(first.secret_key) >= 32
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("ATG_PORT=1\nATG_CORS_ORIGINS=https://a.example, https://b.example\n")
    settings = read_settings({"ATG_PORT": "2", "ATG_HOME": str(tmp_path)}, dotenv=tmp_path / ".env")
    assert settings.port == 2
    assert settings.cors_origins == ["https://a.example", "https://b.example"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ATG_PORT", "many"),
        ("ATG_PORT", "70000"),
        ("ATG_WORKERS", "0"),
        ("ATG_ACCESS_TTL", "-1"),
        ("ATG_ENV", "staging"),
        ("ATG_LOG_LEVEL", "LOUD"),
        ("ATG_AUTO_MIGRATE", "perhaps"),
        ("ATG_DATABASE_URL", "mysql://localhost/atg"),
        ("ATG_REDIS_URL", "localhost:6379"),
        ("ATG_TIMEZONE", "Mars/Olympus"),
        ("ATG_TIMEZONE", "../../etc/passwd"),
        ("ATG_ADMIN_USERNAME", "root"),
        ("ATG_S3_ENDPOINT", "http://127.0.0.1:9000"),
        ("ATG_SECRET_KEY", "short"),
        ("ATG_JWT_KEYS", "without-a-kid"),
        ("ATG_JWT_KEYS", "a:short"),
    ],
)
def test_a_wrong_value_names_its_variable(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read_settings({"ATG_HOME": str(tmp_path), name: value}, dotenv=tmp_path / ".env")


@pytest.mark.parametrize(
    "secret", ["", "short", "x" * 40, "change-me-to-something-long-and-random-please", "0123456789" * 4]
)
def test_production_refuses_a_weak_secret(tmp_path: Path, secret: str) -> None:
    """S18."""
    with pytest.raises(SettingsError, match="ATG_SECRET_KEY"):
        read_settings({"ATG_ENV": "production", "ATG_SECRET_KEY": secret}, dotenv=tmp_path / ".env")
    assert (
        read_settings({"ATG_ENV": "production", "ATG_SECRET_KEY": STRONG}, dotenv=tmp_path / ".env").env == "production"
    )


def test_several_keys_may_verify(tmp_path: Path) -> None:
    keys = f"b:{STRONG}, a:{STRONG[::-1]}"
    settings = read_settings({"ATG_HOME": str(tmp_path), "ATG_JWT_KEYS": keys}, dotenv=tmp_path / ".env")
    assert list(settings.signing_keys) == ["b", "a"]


def test_cookies_need_named_origins(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="ATG_CORS"):
        read_settings(
            {"ATG_HOME": str(tmp_path), "ATG_CORS_ORIGINS": "*", "ATG_CORS_ALLOW_CREDENTIALS": "true"},
            dotenv=tmp_path / ".env",
        )

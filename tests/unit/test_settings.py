"""Settings: defaults, types and validation."""

import stat
from pathlib import Path

import pytest

from atg_core.identity.model import Role
from atg_entrypoints.environment import read_settings
from atg_entrypoints.settings_checks import SettingsError
from atg_entrypoints.variable_names import unread

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
    ("given", "seconds"),
    [({}, 0), ({"ATG_ENV": "production"}, 5), ({"ATG_ENV": "production", "ATG_DRAIN_SECONDS": "0"}, 0)],
)
def test_a_process_drains_by_default_where_a_balancer_has_to_notice(given: dict[str, str], seconds: int) -> None:
    environment = {"ATG_SECRET_KEY": STRONG, "ATG_DATABASE_URL": "memory://", **given}
    assert read_settings(environment, dotenv="absent").drain == seconds


def test_the_former_name_of_the_shop_is_understood(tmp_path: Path) -> None:
    for given in ("store, campaigns", "shop,campaigns"):
        settings = read_settings({"ATG_HOME": str(tmp_path), "ATG_CONTEXTS": given}, dotenv=tmp_path / ".env")
        assert settings.contexts == ["shop", "campaigns"]


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
        ("ATG_REDIS_URL", "redis://localhost:port"),
        ("ATG_DATABASE_URL", "postgresql://atg:pass/word@localhost/atg"),
        ("ATG_DATABASE_URL", "postgresql://atg:[@localhost/atg"),
        ("ATG_REFRESH_TTL", "0"),
        ("ATG_RATE_LIMIT", "-1"),
        ("ATG_ADMIN_PASSWORD", STRONG),
        ("ATG_TIMEZONE", "Mars/Olympus"),
        ("ATG_TIMEZONE", "../../etc/passwd"),
        ("ATG_ADMIN_USERNAME", "root"),
        ("ATG_S3_ENDPOINT", "http://127.0.0.1:9000"),
        ("ATG_VK_ID_URL", "http://id.vk.com"),
        ("ATG_VK_ID_URL", "id.vk.com"),
        ("ATG_YANDEX_OAUTH_URL", "https://"),
        ("ATG_YANDEX_LOGIN_URL", "ftp://login.yandex.ru"),
        ("ATG_SECRET_KEY", "short"),
        ("ATG_JWT_KEYS", "without-a-kid"),
        ("ATG_JWT_KEYS", "a:short"),
    ],
)
def test_a_wrong_value_names_its_variable(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read_settings({"ATG_HOME": str(tmp_path), name: value}, dotenv=tmp_path / ".env")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ATG_PORT", "many", "must be a whole number"),
        ("ATG_PORT", "70000", "must be between 0 and 65535"),
        ("ATG_ACCESS_TTL", "-1", "must be at least 1"),
        ("ATG_AUTO_MIGRATE", "perhaps", "must be true or false"),
        ("ATG_ENV", "staging", "must be one of: development, production"),
        ("ATG_LOG_LEVEL", "LOUD", "must be one of: DEBUG, INFO, WARNING, ERROR"),
        ("ATG_ENTER_ROLES", "teacher,king", "must be one of: teacher, student"),
        ("ATG_TERM_START", "1 September", "must be a date, such as 2026-03-02"),
    ],
)
def test_a_wrong_value_is_told_with_what_is_allowed(tmp_path: Path, name: str, value: str, said: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings({"ATG_HOME": str(tmp_path), name: value}, dotenv=tmp_path / ".env")
    assert str(refused.value) == f"{name}: {said}"


def test_all_wrong_values_are_told_at_once(tmp_path: Path) -> None:
    wrong = {"ATG_PORT": "many", "ATG_WORKERS": "0", "ATG_HOME": str(tmp_path)}
    with pytest.raises(SettingsError) as refused:
        read_settings(wrong, dotenv=tmp_path / ".env")
    assert str(refused.value) == "ATG_PORT: must be a whole number; ATG_WORKERS: must be between 1 and 64"


@pytest.mark.parametrize(
    "secret",
    ["", "Jx3vQ9-pL0wZ7", "x" * 40, "change-me-to-something-long-and-random-please", "0123456789" * 4, STRONG[:31]],
)
def test_production_refuses_a_weak_secret(tmp_path: Path, secret: str) -> None:
    """S18: the variable is named, the secret is not, and none is made in its place."""
    production = {"ATG_ENV": "production", "ATG_HOME": str(tmp_path / "home")}
    with pytest.raises(SettingsError, match="ATG_SECRET_KEY") as refused:
        read_settings({**production, "ATG_SECRET_KEY": secret}, dotenv=tmp_path / ".env")
    assert not secret or secret not in str(refused.value)
    assert not (tmp_path / "home").exists()
    with pytest.raises(SettingsError, match="ATG_JWT_KEYS: the key a"):
        read_settings(
            {**production, "ATG_SECRET_KEY": STRONG, "ATG_JWT_KEYS": f"b:{STRONG},a:{secret}"}, dotenv=tmp_path / ".env"
        )
    strong = read_settings({**production, "ATG_SECRET_KEY": STRONG}, dotenv=tmp_path / ".env")
    assert (strong.env, strong.secret_key) == ("production", STRONG)


def test_a_weak_secret_of_enough_bytes_will_do_in_development(tmp_path: Path) -> None:
    settings = read_settings({"ATG_HOME": str(tmp_path), "ATG_SECRET_KEY": "x" * 32}, dotenv=tmp_path / ".env")
    assert settings.secret_key == "x" * 32
    assert not (tmp_path / "secret.key").exists()


def test_the_home_folder_is_there_for_the_database_in_it(tmp_path: Path) -> None:
    home = tmp_path / "a" / "home"
    read_settings({"ATG_HOME": str(home), "ATG_SECRET_KEY": STRONG}, dotenv=tmp_path / ".env")
    assert home.is_dir()
    assert home.stat().st_mode & 0o077 == 0


def test_what_lies_in_the_home_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Also where the folder is there already, and open to others; what else lies there is left alone."""
    tmp_path.chmod(0o755)
    for name in ("atg.db", "foreign.txt"):
        (tmp_path / name).touch(mode=0o644)
    (tmp_path / "outbox").mkdir(mode=0o755)
    read_settings({"ATG_HOME": str(tmp_path)}, dotenv=tmp_path / ".env")
    for name in ("atg.db", "secret.key", "outbox", "files"):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0, name
    assert (tmp_path / "foreign.txt").stat().st_mode & 0o077 != 0


def test_files_that_nginx_reads_stay_open_to_it(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir(mode=0o755)
    read_settings({"ATG_HOME": str(tmp_path), "ATG_ACCEL_REDIRECT": "/_files/"}, dotenv=tmp_path / ".env")
    assert (tmp_path / "files").stat().st_mode & 0o777 == 0o755
    elsewhere = {"ATG_HOME": str(tmp_path / "none"), "ATG_DATABASE_URL": "memory://", "ATG_SECRET_KEY": STRONG}
    read_settings(elsewhere, dotenv=tmp_path / ".env")
    assert not (tmp_path / "none").exists()
    (tmp_path / "file").touch()
    for secret in ("", STRONG):
        with pytest.raises(SettingsError, match="ATG_HOME"):
            read_settings({"ATG_HOME": str(tmp_path / "file"), "ATG_SECRET_KEY": secret}, dotenv=tmp_path / ".env")


def test_a_wrong_address_does_not_tell_its_password(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings(
            {"ATG_SECRET_KEY": STRONG, "ATG_DATABASE_URL": "postgresql://atg:hunter2/x@localhost/atg"},
            dotenv=tmp_path / ".env",
        )
    assert "hunter2" not in str(refused.value)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"ATG_PORT=\xff\n")
    with pytest.raises(SettingsError, match=r"\.env: not UTF-8"):
        read_settings({"ATG_HOME": str(tmp_path)}, dotenv=tmp_path / ".env")


def test_what_is_kept_in_memory_is_served_by_one_process(tmp_path: Path) -> None:
    memory = {"ATG_DATABASE_URL": "memory://", "ATG_SECRET_KEY": STRONG}
    assert read_settings(memory, dotenv=tmp_path / ".env").workers == 1
    with pytest.raises(SettingsError, match="ATG_WORKERS"):
        read_settings({**memory, "ATG_WORKERS": "2"}, dotenv=tmp_path / ".env")


def test_an_empty_variable_is_one_that_is_not_set(tmp_path: Path) -> None:
    settings = read_settings({"ATG_HOME": str(tmp_path), "ATG_PORT": "", "ATG_ENV": ""}, dotenv=tmp_path / ".env")
    assert (settings.port, settings.env) == (8000, "development")


def test_who_may_open_an_account_may_be_nobody(tmp_path: Path) -> None:
    """The one variable that means something when it is empty."""
    (tmp_path / ".env").write_text("ATG_ENTER_ROLES=student\n")
    for given, roles in (("teacher", ["teacher"]), ("", [])):
        environment = {"ATG_HOME": str(tmp_path), "ATG_ENTER_ROLES": given}
        assert read_settings(environment, dotenv=tmp_path / ".env").enter_roles == roles
    assert read_settings({"ATG_HOME": str(tmp_path)}, dotenv=tmp_path / ".env").enter_roles == ["student"]
    assert read_settings({"ATG_HOME": str(tmp_path)}, dotenv=tmp_path / "none").enter_roles == ["teacher", "student"]
    with pytest.raises(SettingsError, match="ATG_ENTER_ROLES"):
        read_settings({"ATG_HOME": str(tmp_path), "ATG_ENTER_ROLES": "admin"}, dotenv=tmp_path / ".env")


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


def test_roles_that_need_a_second_factor_are_named(tmp_path: Path) -> None:
    here = {"ATG_HOME": str(tmp_path)}
    assert read_settings(here, dotenv=tmp_path / ".env").require_second_factor == []
    given = read_settings({**here, "ATG_REQUIRE_SECOND_FACTOR": "admin, instructor"}, dotenv=tmp_path / ".env")
    assert given.require_second_factor == [Role.ADMIN, Role.INSTRUCTOR]
    with pytest.raises(SettingsError, match="ATG_REQUIRE_SECOND_FACTOR"):
        read_settings({**here, "ATG_REQUIRE_SECOND_FACTOR": "boss"}, dotenv=tmp_path / ".env")


ELSEWHERE = "https://edu.example.com/signed-in"


def test_frontends_to_which_signing_in_leads_back_are_named(tmp_path: Path) -> None:
    given = {"ATG_HOME": str(tmp_path), "ATG_OAUTH_RETURN_URLS": f"{ELSEWHERE}, http://localhost:5173/"}
    assert read_settings(given).oauth_return_urls == [ELSEWHERE, "http://localhost:5173/"]
    assert read_settings({"ATG_HOME": str(tmp_path)}).oauth_return_urls == []


@pytest.mark.parametrize(
    "address",
    ["*", "edu.example.com", "ftp://a.example/", f"{ELSEWHERE}?a=b", f"{ELSEWHERE}#a", "https://user@a.example/", "https://a/../b"],
)  # fmt: skip
def test_a_frontend_that_is_no_address_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(SettingsError, match="ATG_OAUTH_RETURN_URLS"):
        read_settings({"ATG_HOME": str(tmp_path), "ATG_OAUTH_RETURN_URLS": address})


def test_in_production_codes_go_by_tls_alone_or_stay_here(tmp_path: Path) -> None:
    given = {"ATG_HOME": str(tmp_path), "ATG_ENV": "production", "ATG_SECRET_KEY": STRONG}
    allowed = {"ATG_OAUTH_RETURN_URLS": f"{ELSEWHERE},http://127.0.0.1:5173/,http://[::1]:3000/"}
    assert len(read_settings(given | allowed).oauth_return_urls) == 3
    for address in ("http://edu.example.com/", "http://192.168.1.5:8080/"):
        with pytest.raises(SettingsError, match="does not begin with https"):
            read_settings(given | {"ATG_OAUTH_RETURN_URLS": address})


def test_the_variables_that_hosts_set_are_read_where_ours_are_absent(tmp_path: Path) -> None:
    hosted = {
        "DATABASE_URL": "postgres://atg:secret@db.example.com/atg",
        "REDIS_URL": "redis://cache.example.com",
        "SECRET_KEY": STRONG,
        "PORT": "9000",
        "ATG_OAUTH_VK_CLIENT_ID": "51000000",
        "ATG_OAUTH_VK_CLIENT_SECRET": STRONG,
        "ATG_HOME": str(tmp_path),
    }
    settings = read_settings(hosted, dotenv=tmp_path / ".env")
    assert (settings.database, settings.redis_url, settings.secret_key, settings.port, settings.vk_client_id) == (
        hosted["DATABASE_URL"],
        hosted["REDIS_URL"],
        STRONG,
        9000,
        "51000000",
    )
    ours = {"ATG_DATABASE_URL": "sqlite:///here.db", "ATG_PORT": "8001", "ATG_REDIS_URL": ""}
    settings = read_settings({**hosted, **ours}, dotenv=tmp_path / ".env")
    assert (settings.database, settings.port, settings.redis_url) == ("sqlite:///here.db", 8001, hosted["REDIS_URL"])


def test_variables_that_nothing_reads_are_named_with_what_was_meant() -> None:
    given = {
        "ATG_DATABSE_URL": "x",
        "ATG_QUITE_DIFFERENT_THING": "x",
        "ATG_TEST_DATABASE_URL": "x",
        "ATG_OAUTH_VK_CLIENT_ID": "x",
        "POSTGRES_PASSWORD": "x",
        "MINIO_ENDPOINT": "x",
        "ATG_S3_BUCKET": "ours",
        "MINIO_BUCKET": "theirs",
        "EMAIL_FROM": "",
        "PATH": "/bin",
    }
    assert list(unread(given)) == [
        ("ATG_DATABSE_URL", "ATG_DATABASE_URL"),
        ("ATG_QUITE_DIFFERENT_THING", None),
        ("MINIO_ENDPOINT", "ATG_S3_ENDPOINT"),
        ("POSTGRES_PASSWORD", "ATG_DATABASE_URL"),
    ]
    assert list(unread({"DATABASE_URL": "x", "POSTGRES_PASSWORD": "x"})) == []


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("POSTGRES_HOST", "ATG_DATABASE_URL"),
        ("POSTGRES_PORT", "ATG_DATABASE_URL"),
        ("MINIO_USE_SSL", "ATG_S3_ENDPOINT"),
        ("MINIO_ROOT_PASSWORD", "ATG_S3_SECRET_KEY"),
        ("MINIO_BUCKET_NAME", "ATG_S3_BUCKET"),
        ("MINIO_PUBLIC_URL", "ATG_S3_PUBLIC_ENDPOINT"),
        ("JWT_SECRET_KEY", "ATG_JWT_KEYS"),
        ("JWT_ALGORITHM", "ATG_JWT_KEYS"),
        ("JWT_EXPIRES_IN", "ATG_ACCESS_TTL"),
        ("JWT_REFRESH_EXPIRES_IN", "ATG_REFRESH_TTL"),
        ("EMAIL_HOST_USER", "ATG_SMTP_URL"),
        ("EMAIL_FROM", "ATG_MAIL_FROM"),
        ("ADMIN_EMAIL", "ATG_ADMIN_USERNAME"),
        ("ADMIN_PASSWORD", "ATG_ADMIN_PASSWORD"),
        ("CORS_ALLOWED_ORIGINS", "ATG_CORS_ORIGINS"),
        ("CORS_ALLOW_CREDENTIALS", "ATG_CORS_ALLOW_CREDENTIALS"),
    ],
)
def test_names_of_other_stacks_are_told_with_ours_while_ours_is_not_set(name: str, meant: str) -> None:
    assert list(unread({name: "x"})) == [(name, meant)]
    assert list(unread({name: ""})) == []
    assert list(unread({name: "x", meant: "y"})) == []

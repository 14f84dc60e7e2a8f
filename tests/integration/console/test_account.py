"""The account at the console: profile, photo, password and email, devices."""

import re
from dataclasses import replace
from uuid import uuid4

import httpx
import pytest

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.integration.console.browsing import another, enter, heading
from tests.mailed import Mailbox
from tests.people import PASSWORD, account, begin_session

NEW = "a rather long new one"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(100)


@pytest.fixture(autouse=True)
async def entered(browser: httpx.AsyncClient, stocked: Container) -> None:
    await enter(browser, stocked)


async def test_the_name_in_the_header_leads_to_the_account_where_the_profile_is_changed(
    browser: httpx.AsyncClient,
) -> None:
    home = (await browser.get("/app/")).text
    assert re.search(r'<a class="who" href="/app/account">.*Анна Ким</span></a>', home)
    data = {
        "full_name": " Анна Волк ",
        "position": "Инженер",
        "company": "",
        "phone": "+7 900",
        "email": "Anna@Example.COM",
        "bio": "Раз\r\nдва",
        "language": "en",
        "weekly_report": "on",
    }
    saved = await browser.post("/app/account", data=data)
    assert (saved.status_code, saved.headers["location"]) == (303, "/app/account?done=saved")
    page = (await browser.get(saved.headers["location"])).text
    assert '<html lang="en"' in page
    assert '<p class="notice" role="status">Saved</p>' in page
    profile = (await browser.get("/app/api/users/me")).json()["data"]
    assert {name: profile[name] for name in data if name != "weekly_report"} == {
        "full_name": "Анна Волк",
        "position": "Инженер",
        "company": None,
        "phone": "+7 900",
        "email": "anna@example.com",
        "bio": "Раз\nдва",
        "language": "en",
    }
    chosen = [profile[name] for name in ("email_notifications", "push_notifications", "weekly_report")]
    assert chosen == [False, False, True]
    assert 'name="weekly_report" checked' in page
    assert "Анна Волк</span>" in page


async def test_faults_stand_beside_their_fields_and_what_was_typed_stays(browser: httpx.AsyncClient) -> None:
    data = {"full_name": "Анна <b>", "phone": "9" * 51, "email": "nowhere", "language": "ru"}
    refused = await browser.post("/app/account", data=data)
    assert refused.status_code == 400
    for name in ("phone", "email"):
        assert re.search(
            rf'<input id="field-{name}"[^>]* aria-describedby="[^"]*fault-{name}" aria-invalid="true"', refused.text
        )
        assert f'<span class="fault" id="fault-{name}">' in refused.text
        assert f'<a href="#field-{name}">' in refused.text
    assert "aria-invalid" not in re.search(r'<input id="field-full_name"[^>]*>', refused.text)[0]  # type: ignore[index]
    assert 'value="Анна &lt;b&gt;"' in refused.text
    assert (await browser.get("/app/api/users/me")).json()["data"]["full_name"] == "Анна Ким"


async def test_a_photo_is_uploaded_by_a_form_shown_and_removed(browser: httpx.AsyncClient, stocked: Container) -> None:
    assert "/avatars/" not in (await browser.get("/app/account")).text
    former = ""
    for _ in range(2):
        done = await browser.post("/app/account/photo", files={"file": ("a.png", PICTURE, "image/png")})
        assert (done.status_code, done.headers["location"]) == (303, "/app/account?done=photo")
        shown = re.search(r'<img class="avatar" src="([^"]+)"', (await browser.get("/app/account")).text)
        assert shown
        assert shown[1] != former
        former = shown[1]
        assert (await browser.get(former)).content == PICTURE
    removed = await browser.post("/app/account/photo/remove")
    assert removed.headers["location"] == "/app/account?done=removed"
    assert "<img" not in re.sub(r"<header.*</header>", "", (await browser.get("/app/account")).text, flags=re.DOTALL)
    assert (await browser.get(former)).status_code == 404
    assert (await browser.post("/app/account/photo/remove")).status_code == 303


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "PNG"),
        (b"no picture", "PNG"),
        (PICTURE + bytes(5 * 1024 * 1024), "5"),
        (PICTURE + bytes(7 * 1024 * 1024), "5"),
    ],
    ids=["none", "no picture", "too large", "far too large"],
)
async def test_what_is_no_photo_is_told_beside_the_field(browser: httpx.AsyncClient, content: bytes, word: str) -> None:
    refused = await browser.post("/app/account/photo", files={"file": ("a.png", content, "image/png")})
    assert (refused.status_code, heading(refused)) == (400, "Профиль и вход")
    told = re.search(r'id="fault-file">([^<]+)<', refused.text)
    assert told
    assert word in told[1]
    assert (await browser.post("/app/account/photo", data={"file": "x"})).status_code == 400


async def test_a_password_is_changed_and_all_other_devices_are_signed_out(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    sign_in = {"login": "anna", "password": PASSWORD}
    other = another(browser)
    await other.post("/app/sign-in", data=sign_in)
    assert (await other.get("/app/account")).status_code == 200
    for data, field in (
        ({"current": "wrong", "new": NEW}, "current"),
        ({"current": PASSWORD, "new": "password123"}, "new"),
        ({"current": PASSWORD, "new": "short"}, "new"),
        ({"current": "", "new": NEW}, "current"),
    ):
        refused = await browser.post("/app/account/password", data=data)
        assert refused.status_code == 400
        assert re.findall(r'id="fault-(\w+)"', refused.text) == [field]
        assert NEW not in refused.text
    done = await browser.post("/app/account/password", data={"current": PASSWORD, "new": NEW})
    assert (done.status_code, done.headers["location"]) == (303, "/app/account/password?done=password")
    assert "Пароль изменён" in (await browser.get(done.headers["location"])).text
    assert (await other.get("/app/account")).status_code == 303
    assert (await other.post("/app/sign-in", data=sign_in)).status_code == 401
    assert (await other.post("/app/sign-in", data={**sign_in, "password": NEW})).status_code == 303


async def test_too_many_wrong_passwords_are_told_with_the_seconds_to_wait(browser: httpx.AsyncClient) -> None:
    data = {"current": "wrong", "new": NEW}
    replies = [await browser.post("/app/account/password", data=data) for _ in range(6)]
    assert [each.status_code for each in replies] == [400] * 5 + [429]
    assert f"{replies[-1].headers['retry-after']} с" in replies[-1].text


async def test_another_email_signs_in_once_it_is_confirmed(browser: httpx.AsyncClient, stocked: Container) -> None:
    box = Mailbox(stocked)
    refused = await browser.post("/app/account/email", data={"email": "anna", "password": "wrong"})
    assert (refused.status_code, re.findall(r'id="fault-(\w+)"', refused.text)) == (400, ["email"])
    refused = await browser.post("/app/account/email", data={"email": "new@example.com", "password": "wrong"})
    assert (refused.status_code, re.findall(r'id="fault-(\w+)"', refused.text)) == (400, ["password"])
    assert 'value="new@example.com"' in refused.text
    sent = await browser.post("/app/account/email", data={"email": " New@example.com", "password": PASSWORD})
    assert (sent.status_code, sent.headers["location"]) == (303, "/app/account/password?done=email")
    link = await box.link("new@example.com", "confirm-email")
    asked = await browser.get((await browser.get(link)).headers["location"])
    assert heading(asked) == "Подтвердите адрес почты"
    token = re.search(r'name="token" value="([^"]+)"', asked.text)
    assert token
    assert heading(await browser.post("/app/confirm-email", data={"token": token[1]})) == "Адрес подтверждён"
    page = (await browser.get("/app/account/password")).text
    assert 'value="new@example.com"' in page
    assert "Подтверждён" in page


async def test_who_has_no_password_is_told_how_to_get_one(browser: httpx.AsyncClient, stocked: Container) -> None:
    async with stocked.open_identity()() as store:
        found = await store.find_account("anna")
        assert found
        await store.save_user(replace(found.user, password_hash=None))
    page = (await browser.get("/app/account/password")).text
    assert 'href="/app/forgotten-password"' in page
    assert "field-current" not in page


async def test_devices_are_listed_and_ended(browser: httpx.AsyncClient, stocked: Container) -> None:
    async with stocked.open_identity()() as store:
        found = await store.find_account("anna")
    assert found
    for _ in range(3):
        await begin_session(stocked, found.user)
    page = (await browser.get("/app/account/devices")).text
    ends = re.findall(r'action="(/app/account/devices/[0-9a-f-]{36}/end)"', page)
    assert (len(ends), page.count("Это устройство")) == (3, 1)
    assert "192.0.2.7" in page
    ended = await browser.post(ends[0])
    assert (ended.status_code, ended.headers["location"]) == (303, "/app/account/devices?done=one")
    assert (await browser.post(ends[0])).status_code == 404
    page = (await browser.get("/app/account/devices?done=one")).text
    assert "Сеанс на устройстве завершён" in page
    assert page.count("/end") == 3
    ended = await browser.post("/app/account/devices/others/end")
    assert ended.headers["location"] == "/app/account/devices?done=others"
    page = (await browser.get("/app/account/devices")).text
    assert "Вы вошли только на этом устройстве." in page
    assert "/end" not in page


async def test_nobody_ends_a_session_of_somebody_else(browser: httpx.AsyncClient, stocked: Container) -> None:
    boris = account("boris", role=Role.ADMIN)
    async with stocked.open_identity()() as store:
        await store.add_account(boris)
    await begin_session(stocked, boris.user)
    [session] = [row for row in await rows_of(stocked, "user_sessions") if str(row["user_id"]) == str(boris.user.id)]
    for asked in (session["id"], uuid4(), "x"):
        assert (await browser.post(f"/app/account/devices/{asked}/end")).status_code == 404
    await browser.post("/app/account/devices/others/end")
    [session] = [row for row in await rows_of(stocked, "user_sessions") if str(row["user_id"]) == str(boris.user.id)]
    assert session["revoked_at"] is None

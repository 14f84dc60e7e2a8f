"""People at the console: found, made, changed, and helped to sign in."""

import re

import httpx
import pytest

from atg_core.identity.model import Role
from atg_core.identity.second_factor import SecondFactor
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.integration.console.browsing import another, enter, heading
from tests.people import PASSWORD, add_person

PEOPLE = "/app/admin/people"
NEW_PASSWORD = "another horse battery"


async def test_people_are_found_by_name_role_place_and_state(browser: httpx.AsyncClient, stocked: Container) -> None:
    await enter(browser, stocked, "root", role=Role.ADMIN)
    await add_person(stocked, "zz-fitter", full_name="Ёжиков <b>Пётр</b>")
    await arrange(stocked, users=[{"username": "zz-fitter", "department": "Цех 77", "station": ""}])
    await add_person(stocked, "zz-gone", full_name="Иванов Пётр", is_active=False)
    for query, found in (
        ("q=ёЖИКОВ", ["zz-fitter"]),
        ("department=Цех 77", ["zz-fitter"]),
        ("q=zz-&activity=inactive", ["zz-gone"]),
        ("q=zz-&role=user", ["zz-fitter", "zz-gone"]),
        ("q=zz-&role=admin", []),
        ("q=zz-&role=nothing&activity=nothing&station=nothing", ["zz-fitter", "zz-gone"]),
        ("q=%25", []),
    ):
        page = await browser.get(f"{PEOPLE}?{query}")
        names = re.findall(r"<td[^>]*>(zz-[a-z]+)</td>", page.text)
        assert (page.status_code, names) == (200, found), query
        assert ("Никто не найден" in page.text) is (not found), query
        assert "<b>" not in page.text


async def test_a_person_is_made_and_gets_a_link_to_set_a_password(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    await enter(browser, stocked, "root", role=Role.ADMIN)
    form = {
        "username": "boris",
        "email": "Boris@Example.com",
        "full_name": "Борис",
        "role": "training",
        "station_id": "",
    }
    wrong = await browser.post(PEOPLE, data={**form, "email": "x", "station_id": "y"})
    assert wrong.status_code == 400
    assert 'id="fault-email"' in wrong.text
    assert 'id="fault-station_id"' in wrong.text
    assert 'value="Борис"' in wrong.text
    made = await browser.post(PEOPLE, data={**form, "sends_link": "yes"})
    page = await browser.get(made.headers["location"])
    assert (page.status_code, heading(page)) == (200, "Борис")
    assert "Ссылка для установки пароля отправлена" in page.text
    assert "boris@example.com" in page.text
    [token] = await rows_of(stocked, "mail_tokens")
    assert (token["purpose"], token["email"]) == ("reset_password", "boris@example.com")
    again = await browser.post(PEOPLE, data=form)
    assert again.status_code == 409
    assert 'value="boris"' in again.text


async def test_a_link_is_sent_three_times_in_an_hour_at_most_and_only_where_there_is_an_email(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    await enter(browser, stocked, "helper", role=Role.SUPPORT)
    person, nobody = await add_person(stocked, "boris"), await add_person(stocked, "mute", email=None)
    for _ in range(3):
        assert (await browser.post(f"{PEOPLE}/{person}/password-link")).status_code == 303
    refused = await browser.post(f"{PEOPLE}/{person}/password-link")
    assert (refused.status_code, "retry-after" in refused.headers) == (429, True)
    assert (await browser.post(f"{PEOPLE}/{nobody}/password-link")).status_code == 409
    assert len(await rows_of(stocked, "mail_tokens")) == 3


async def test_an_account_is_made_although_its_link_can_not_be_sent(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    await enter(browser, stocked, "root", role=Role.ADMIN)
    person = await add_person(stocked, "boris", email="boris@example.com")
    for _ in range(3):
        await browser.post(f"{PEOPLE}/{person}/password-link")
    await browser.post(f"{PEOPLE}/{person}", data={"username": "boris", "email": "", "role": "user"})
    made = await browser.post(
        PEOPLE, data={"username": "another", "email": "boris@example.com", "role": "user", "sends_link": "yes"}
    )
    page = await browser.get(made.headers["location"])
    assert (page.status_code, heading(page)) == (200, "another")
    assert "ссылку отправить не удалось" in page.text


async def test_an_administrator_removes_a_second_factor_of_somebody_else(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    await enter(browser, stocked, "root", role=Role.ADMIN)
    person, now = await add_person(stocked, "boris", role=Role.TEACHER), stocked.clock()()
    async with stocked.open_identity()() as store:
        await store.put_second_factor(SecondFactor(user_id=person, secret="s", created_at=now, confirmed_at=now))
    page = await browser.get(f"{PEOPLE}/{person}")
    assert f'action="{PEOPLE}/{person}/second-factor/remove"' in page.text
    removed = await browser.post(f"{PEOPLE}/{person}/second-factor/remove")
    page = await browser.get(removed.headers["location"])
    assert "Второй фактор снят" in page.text
    assert "second-factor/remove" not in page.text
    again = await browser.post(f"{PEOPLE}/{person}/second-factor/remove")
    assert again.status_code == 404


async def test_what_the_form_gives_is_changed_and_what_is_emptied_is_gone(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    await enter(browser, stocked, "root", role=Role.ADMIN)
    person = await add_person(stocked, "boris")
    form = {"username": "boris", "full_name": "Борис Ким", "email": "", "role": "shop", "department": "Цех 77"}
    saved = await browser.post(f"{PEOPLE}/{person}", data={**form, "station_id": "1"})
    page = await browser.get(saved.headers["location"])
    assert "Сохранено" in page.text
    [row] = [row for row in await rows_of(stocked, "users") if row["id"] == person]
    assert (row["full_name"], row["email"], row["role"]) == ("Борис Ким", None, "shop")
    [profile] = [row for row in await rows_of(stocked, "user_profiles") if row["id"] == person]
    assert (profile["department"], profile["station_id"]) == ("Цех 77", 1)
    for wrong, field in (({"username": ""}, "username"), ({"email": "x"}, "email"), ({"role": "x"}, "role")):
        refused = await browser.post(f"{PEOPLE}/{person}", data={**form, **wrong})
        assert (refused.status_code, f'id="fault-{field}"' in refused.text) == (400, True), wrong


@pytest.mark.parametrize("role", [Role.TRAINING, Role.SUPPORT])
async def test_nobody_sees_forms_for_what_they_may_not_do(
    browser: httpx.AsyncClient, stocked: Container, role: Role
) -> None:
    await enter(browser, stocked, "one", role=role)
    employee, boss = await add_person(stocked, "boris"), await add_person(stocked, "boss", role=Role.ADMIN)
    for person, manages, helps in ((employee, role is Role.TRAINING, True), (boss, False, False)):
        page = (await browser.get(f"{PEOPLE}/{person}")).text
        assert ('name="email"' in page) is manages
        assert "Журнал аудита" not in page
        assert 'name="role"' not in page
        assert (f"{person}/password-link" in page) is helps
        assert ('id="sessions"' in page) is helps
        assert (f'action="{PEOPLE}/{person}"' in page) is (role is Role.TRAINING)
    for path, form in (("", {"email": "new@example.com"}), ("/deactivate", {}), ("/sessions/end", {})):
        refused = await browser.post(f"{PEOPLE}/{boss}{path}", data=form)
        assert refused.status_code == 403, path
    made = await browser.post(PEOPLE, data={"username": "new", "role": "admin"})
    assert made.status_code == 403
    assert not [row for row in await rows_of(stocked, "users") if row["username"] == "new"]


async def test_sessions_are_ended_one_by_one_and_all_at_once(browser: httpx.AsyncClient, stocked: Container) -> None:
    await enter(browser, stocked, "helper", role=Role.SUPPORT)
    person = await add_person(stocked, "boris")
    others = [another(browser) for _ in range(3)]
    for other in others:
        assert (await other.post("/app/sign-in", data={"login": "boris", "password": PASSWORD})).status_code == 303
    here = f"{PEOPLE}/{person}"
    page = (await browser.get(here)).text
    assert "Сеансы: 3" in page
    session = re.findall(rf"{here}/sessions/([0-9a-f-]+)/end", page)[0]
    for status in (303, 404):
        assert (await browser.post(f"{here}/sessions/{session}/end")).status_code == status
    assert "Сеансы: 2" in (await browser.get(here)).text
    assert (await browser.post(f"{here}/sessions/end")).status_code == 303
    assert "нигде не вошёл" in (await browser.get(here)).text
    for other in others:
        assert (await other.get("/app/account")).status_code == 303
        await other.aclose()


async def test_whoever_is_deactivated_can_not_sign_in_until_activated(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    await enter(browser, stocked, "chief", role=Role.TRAINING)
    here = f"{PEOPLE}/{await add_person(stocked, 'boris')}"
    async with another(browser) as other:
        for action, status in (("deactivate", 401), ("activate", 303)):
            assert (await browser.post(f"{here}/{action}")).status_code == 303
            tried = await other.post("/app/sign-in", data={"login": "boris", "password": PASSWORD})
            assert tried.status_code == status


async def test_the_last_administrator_stays(browser: httpx.AsyncClient, stocked: Container) -> None:
    for row in await rows_of(stocked, "users"):
        if row["role"] == "admin":
            await arrange(stocked, users=[{"username": row["username"], "role": "user"}])
    await enter(browser, stocked, "root", role=Role.ADMIN)
    [me] = [row["id"] for row in await rows_of(stocked, "users") if row["username"] == "root"]
    refused = await browser.post(f"{PEOPLE}/{me}/deactivate")
    assert refused.status_code == 409
    assert 'role="alert"' in refused.text

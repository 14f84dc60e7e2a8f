"""User administration and the audit log over HTTP."""

import asyncio

import httpx
import pytest

from atg_core.clock import utc_now
from atg_core.identity.model import Origin, Role
from atg_core.identity.staff import PEOPLE_STAFF
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.contracts.identity.http_sign_in import bearer, log_in
from tests.people import PASSWORD, add_person, sign_in

_TIMES = {"created_at", "updated_at", "email_verified_at"}
_AT_WORK = {"employee_id", "position", "department", "company", "phone", "station_id", "station"}
USER = {"id", "username", "email", "full_name", "role", "is_active", "origin"} | _TIMES | _AT_WORK


class HttpUserAdministrationContract:
    """The fixtures `client` and `stocked` say over which database."""

    @pytest.mark.refuses
    @pytest.mark.parametrize("role", sorted(set(Role) - PEOPLE_STAFF))
    async def test_only_who_has_to_do_with_people_may(
        self, client: httpx.AsyncClient, stocked: Container, role: Role
    ) -> None:
        await sign_in(client, stocked, role=role)
        user = (await client.get("/auth/me")).json()["user"]["id"]
        for method, path in (
            ("GET", "/admin/users"),
            ("POST", "/admin/users"),
            ("GET", f"/admin/users/{user}"),
            ("PUT", f"/admin/users/{user}"),
            ("DELETE", f"/admin/users/{user}"),
            ("POST", f"/admin/users/{user}/sessions/revoke"),
        ):
            reply = await client.request(method, path, json={"role": "admin"})
            assert (reply.status_code, reply.json()["code"]) == (403, "forbidden"), path
        assert (await client.get("/auth/me")).json()["user"]["role"] == role

    @pytest.mark.parametrize("role", [Role.TRAINING, Role.SUPPORT])
    async def test_nobody_takes_over_an_account_with_more_rights(
        self, client: httpx.AsyncClient, stocked: Container, role: Role
    ) -> None:
        """Nor gives themselves more."""
        await sign_in(client, stocked, role=role)
        me = (await client.get("/auth/me")).json()["user"]["id"]
        others = [await add_person(stocked, f"the-{each}", role=each) for each in sorted(set(Role) - {Role.USER})]
        before = {str(row["id"]): row for row in await rows_of(stocked, "users")}
        for user in (me, *others):
            for change in (
                {"role": "user"},
                {"role": "admin"},
                {"email": "new@example.com"},
                {"password": "another good one"},
                {"username": "new"},
                {"is_active": False},
                {"department": "x", "full_name": "x"},
            ):
                reply = await client.put(f"/admin/users/{user}", json=change)
                assert reply.status_code == 403, (user, change)
            assert (await client.delete(f"/admin/users/{user}")).status_code == 403
        for given in sorted(set(Role) - {Role.USER}):
            reply = await client.post("/admin/users", json={"username": "new", "role": given})
            assert reply.status_code == 403, given
            assert reply.json()["code"] == ("role_given_by_admins" if role is Role.TRAINING else "forbidden")
        assert {str(row["id"]): row for row in await rows_of(stocked, "users")} == before

    async def test_the_training_department_keeps_the_accounts_of_employees(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """And of everybody else where they work."""
        await sign_in(client, stocked, role=Role.TRAINING)
        made = await client.post("/admin/users", json={"username": "boris", "password": PASSWORD})
        assert (made.status_code, made.json()["role"]) == (201, "user")
        path = f"/admin/users/{made.json()['id']}"
        body = {"email": "new@example.com", "password": "another good one", "department": "Склад"}
        assert (await client.put(path, json=body)).status_code == 200
        assert (await client.delete(path)).status_code == 204
        teacher = await add_person(stocked, "mentor", role=Role.TEACHER)
        changed = await client.put(f"/admin/users/{teacher}", json={"department": "Склад", "position": "Кладовщик"})
        assert (changed.status_code, changed.json()["department"]) == (200, "Склад")
        refused = await client.put(f"/admin/users/{teacher}", json={"email": "new@example.com"})
        assert (refused.status_code, refused.json()["code"]) == (403, "account_of_staff")

    async def test_a_user_is_made_and_may_sign_in(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await sign_in(client, stocked, role=Role.ADMIN)
        body = {"username": "boris", "email": "Boris@Example.com", "password": PASSWORD, "full_name": "Борис"}
        made = await client.post("/admin/users", json=body)
        assert made.status_code == 201
        assert set(made.json()) == USER
        assert (made.json()["email"], made.json()["role"]) == ("boris@example.com", "user")
        assert (await client.get(f"/admin/users/{made.json()['id']}")).json() == made.json()
        assert (await log_in(client, username="boris", password=PASSWORD))["user"]["id"] == made.json()["id"]

    @pytest.mark.parametrize("username", ["a", "x" * 50])
    async def test_a_username_has_one_letter_at_least_and_fifty_at_most(
        self, client: httpx.AsyncClient, stocked: Container, username: str
    ) -> None:
        await sign_in(client, stocked, role=Role.ADMIN)
        made = await client.post("/admin/users", json={"username": username, "password": PASSWORD})
        assert (made.status_code, made.json()["username"]) == (201, username)
        assert (await log_in(client, username=username, password=PASSWORD))["user"]["username"] == username

    async def test_a_username_is_made_of_the_email_where_there_is_none(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        await sign_in(client, stocked, role=Role.ADMIN)
        long = "x" * 60 + "@example.com"
        emails = ("new@example.com", long, "y" + long, "x" * 50 + "other@example.com")
        names = [(await client.post("/admin/users", json={"email": email})).json()["username"] for email in emails]
        assert names[:2] == ["new@example.com", "x" * 50]
        assert names[3] == "x" * 48 + "-2"
        assert len(set(names)) == 4

    @pytest.mark.refuses
    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "username"),
            ({"username": ""}, "username"),
            ({"username": "x" * 51}, "username"),
            ({"email": "no-address"}, "email"),
            ({"username": "u", "password": "short"}, "password"),
            ({"username": "u", "password": "password1"}, "password"),
            ({"username": "u", "role": "king"}, "role"),
        ],
    )
    async def test_what_is_wrong_with_a_new_user_is_named(
        self, client: httpx.AsyncClient, stocked: Container, body: dict[str, str], field: str
    ) -> None:
        await sign_in(client, stocked, role=Role.ADMIN)
        reply = await client.post("/admin/users", json=body)
        assert reply.status_code == 400
        assert [error["field"] for error in reply.json()["errors"]] == [field]

    async def test_a_name_or_an_email_that_is_taken_is_a_conflict(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        await sign_in(client, stocked, "anna", role=Role.ADMIN)
        other = (await client.post("/admin/users", json={"username": "boris", "email": "boris@example.com"})).json()
        for body, code in (
            ({"username": "anna"}, "username_taken"),
            ({"username": "new", "email": "ANNA@example.com"}, "email_taken"),
        ):
            made = await client.post("/admin/users", json=body)
            assert (made.status_code, made.json()["code"]) == (409, code)
        for body, code in (({"username": "anna"}, "username_taken"), ({"email": "anna@example.com"}, "email_taken")):
            changed = await client.put(f"/admin/users/{other['id']}", json=body)
            assert (changed.status_code, changed.json()["code"]) == (409, code)
        assert (await client.get(f"/admin/users/{other['id']}")).json() == other

    async def test_names_are_kept_without_white_space_around_and_refused_with_what_is_not_seen(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        await sign_in(client, stocked, "anna", role=Role.ADMIN)
        body = {
            "username": " boris\u00a0",
            "email": "\tBoris@Example.com ",
            "full_name": " И\u0306он ",
            "password": f" {PASSWORD} ",
        }
        made = (await client.post("/admin/users", json=body)).json()
        assert (made["username"], made["email"], made["full_name"]) == ("boris", "boris@example.com", "Йон")
        for password, status in ((PASSWORD, 401), (f" {PASSWORD} ", 200)):
            reply = await client.post("/auth/login", json={"username": " boris ", "password": password})
            assert reply.status_code == status
        for wrong in ("a\u202eb", "a\u200bb", "a\x07b", "a\nb", "a\u00adb", "\ufeffa"):
            for name in ("username", "full_name"):
                reply = await client.post("/admin/users", json={"username": "new", name: wrong})
                [error] = reply.json()["errors"]
                assert (reply.status_code, error["field"], error["code"]) == (400, name, "control_characters")

    async def test_users_are_listed_found_and_paged(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await sign_in(client, stocked, "zz_anna", role=Role.ADMIN)
        everyone = (await client.get("/admin/users?size=100")).json()
        assert everyone["total"] == len(everyone["items"]) == 67
        assert all(set(user) == USER for user in everyone["items"])
        admins = (await client.get("/admin/users?role=admin")).json()
        assert {user["username"] for user in admins["items"]} == {"admin", "n.zaitsev", "zz_anna"}
        found = (await client.get("/admin/users?q=ZZ_")).json()
        assert [user["username"] for user in found["items"]] == ["zz_anna"]
        inactive = (await client.get("/admin/users?is_active=false")).json()
        assert [user["username"] for user in inactive["items"]] == ["v.stepanov"]
        pages = [(await client.get(f"/admin/users?size=20&page={page}")).json()["items"] for page in (1, 2, 3, 4)]
        assert [len(page) for page in pages] == [20, 20, 20, 7]
        assert len({user["id"] for page in pages for user in page}) == 67
        assert (await client.get("/admin/users?role=king")).status_code == 400

    async def test_a_changed_role_counts_from_the_next_sign_in_on_which_is_needed_at_once(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        await sign_in(client, stocked, "anna", role=Role.ADMIN)
        user = await add_person(stocked, "boris")

        async def token() -> dict[str, str]:
            return bearer((await log_in(client, username="boris", password=PASSWORD))["token"])

        before = await token()
        assert (await client.get("/admin/users", headers=before)).status_code == 403
        changed = await client.put(f"/admin/users/{user}", json={"role": "admin", "full_name": "Борис"})
        assert (changed.json()["role"], changed.json()["full_name"]) == ("admin", "Борис")
        assert (await client.get("/admin/users", headers=before)).status_code == 401
        as_admin = await token()
        assert (await client.get("/admin/users", headers=as_admin)).status_code == 200
        await client.put(f"/admin/users/{user}", json={"role": "user"})
        assert (await client.get("/admin/users", headers=as_admin)).status_code == 401
        assert (await client.get("/admin/users", headers=await token())).status_code == 403

    async def test_an_unverified_email_of_somebody_who_signed_up_is_no_hindrance(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        await sign_in(client, stocked, "anna", role=Role.ADMIN)
        for email in ("new@example.com", "changed@example.com"):
            await add_person(stocked, email, email=email, origin=Origin.SELF, role=Role.TEACHER)
        made = await client.post("/admin/users", json={"email": "New@example.com"})
        assert (made.status_code, made.json()["username"]) == (201, "new@example.com")
        changed = await client.put(f"/admin/users/{made.json()['id']}", json={"email": "changed@example.com"})
        assert (changed.status_code, changed.json()["email"]) == (200, "changed@example.com")
        found = (await client.get("/admin/users?q=account-")).json()["items"]
        assert [(user["email"], user["origin"]) for user in found] == [(None, "self")] * 2
        events = (await client.get("/admin/audit?action=email_changed")).json()["items"]
        assert {event["user_id"] for event in events} == {made.json()["id"], *(user["id"] for user in found)}

    async def test_a_verified_email_of_somebody_who_signed_up_is_a_conflict(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        await sign_in(client, stocked, "anna", role=Role.ADMIN)
        verified = {"origin": Origin.SELF, "email_verified_at": utc_now()}
        await add_person(stocked, "owner", email="new@example.com", **verified)
        made = await client.post("/admin/users", json={"email": "new@example.com"})
        assert (made.status_code, made.json()["code"]) == (409, "email_taken")

    async def test_each_change_of_rights_is_an_audit_event(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await sign_in(client, stocked, "anna", role=Role.ADMIN)
        user = await add_person(stocked, "boris")
        body = {"role": "instructor", "password": "another good one", "is_active": False}
        assert (await client.put(f"/admin/users/{user}", json=body)).status_code == 200
        events = (await client.get(f"/admin/audit?user_id={user}")).json()["items"]
        assert sorted(event["action"] for event in events) == ["password_changed", "role_changed", "user_deactivated"]

    @pytest.mark.parametrize("how", ["put", "delete", "password", "revoke"])
    async def test_ending_a_users_sessions_takes_effect_at_once(
        self, client: httpx.AsyncClient, stocked: Container, how: str
    ) -> None:
        """S13: deactivating, a new password and the word of an administrator."""
        await sign_in(client, stocked, "anna", role=Role.ADMIN)
        user = await add_person(stocked, "boris")
        sessions = [await log_in(client, username="boris", password=PASSWORD) for _ in range(2)]
        for session in sessions:
            assert (await client.get("/auth/me", headers=bearer(session["token"]))).status_code == 200
        reply = await {
            "put": lambda: client.put(f"/admin/users/{user}", json={"is_active": False}),
            "delete": lambda: client.delete(f"/admin/users/{user}"),
            "password": lambda: client.put(f"/admin/users/{user}", json={"password": "another good one"}),
            "revoke": lambda: client.post(f"/admin/users/{user}/sessions/revoke"),
        }[how]()
        assert reply.status_code == (204 if how == "delete" else 200)
        for session in sessions:
            assert (await client.get("/auth/me", headers=bearer(session["token"]))).status_code == 401
            refreshed = await client.post("/auth/refresh", json={"refreshToken": session["refreshToken"]})
            assert refreshed.status_code == 401
        again = await client.post("/auth/login", json={"username": "boris", "password": PASSWORD})
        assert again.status_code == (200 if how == "revoke" else 401)

    async def test_the_last_administrator_stays_one(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await sign_in(client, stocked, "anna", role=Role.ADMIN)
        admins = (await client.get("/admin/users?role=admin")).json()["items"]
        [anna] = [user["id"] for user in admins if user["username"] == "anna"]
        for user in admins:
            if user["id"] != anna:
                assert (await client.delete(f"/admin/users/{user['id']}")).status_code == 204
        for reply in await asyncio.gather(
            client.delete(f"/admin/users/{anna}"),
            client.put(f"/admin/users/{anna}", json={"role": "user"}),
            client.put(f"/admin/users/{anna}", json={"is_active": False}),
        ):
            assert (reply.status_code, reply.json()["code"]) == (409, "last_admin")
        assert (await client.get("/admin/users")).status_code == 200

    async def test_an_unknown_user_is_not_found(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await sign_in(client, stocked, role=Role.ADMIN)
        for user in ("00000000-0000-0000-0000-000000000000", "abc"):
            for method, path in (("GET", ""), ("PUT", ""), ("DELETE", ""), ("POST", "/sessions/revoke")):
                reply = await client.request(method, f"/admin/users/{user}{path}", json={})
                assert (reply.status_code, reply.json()["code"]) == (404, "user_not_found")

    async def test_what_was_written_down_is_listed_newest_first_and_by_what_is_asked_for(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        await sign_in(client, stocked, role=Role.ADMIN)
        anna = (await client.get("/auth/me")).json()["user"]["id"]
        user = (await client.post("/admin/users", json={"username": "boris"})).json()["id"]
        await asyncio.sleep(0.002)  # what is written down in the same millisecond has no order
        await client.put(f"/admin/users/{user}", json={"role": "instructor"})
        await asyncio.sleep(0.002)
        await client.post("/auth/login", json={"username": "nobody", "password": "x"})
        listed = (await client.get("/admin/audit")).json()
        assert [event["action"] for event in listed["items"]] == ["sign_in_failed", "role_changed", "user_created"]
        assert listed["total"] == 3
        failed, changed, _ = listed["items"]
        assert failed.keys() == {
            *("id", "at", "action", "actor_id", "user_id", "session_id", "ip_address", "user_agent", "source"),
        }
        assert (failed["actor_id"], failed["ip_address"]) == (None, "192.0.2.7")
        for query, actions in (
            ({"actor_id": anna}, ["role_changed", "user_created"]),
            ({"user_id": user, "action": "role_changed"}, ["role_changed"]),
            ({"user_id": anna}, []),
            ({"start": failed["at"]}, ["sign_in_failed"]),
            ({"end": changed["at"]}, ["user_created"]),
            ({"start": "2026-01-01", "end": "2026-01-02T00:00:00+03:00"}, []),
            ({"size": "1", "page": "2"}, ["role_changed"]),
        ):
            found = (await client.get("/admin/audit", params=query)).json()
            assert [event["action"] for event in found["items"]] == actions, query
        for query in ({"actor_id": "x"}, {"action": "nothing"}, {"start": "yesterday"}, {"end": "x" * 41}):
            refused = await client.get("/admin/audit", params=query)
            assert (refused.status_code, [error["field"] for error in refused.json()["errors"]]) == (400, list(query))
        await sign_in(client, stocked, "carl", role=Role.INSTRUCTOR)
        assert (await client.get("/admin/audit")).status_code == 403

    async def test_what_administrators_do_is_written_down(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await sign_in(client, stocked, role=Role.ADMIN)
        anna = (await client.get("/auth/me")).json()["user"]["id"]
        user = (await client.post("/admin/users", json={"username": "boris"})).json()["id"]
        await client.put(f"/admin/users/{user}", json={"role": "instructor"})
        await client.delete(f"/admin/users/{user}")
        events = sorted(await rows_of(stocked, "audit_events"), key=lambda event: event["at"])
        assert [event["action"] for event in events] == ["user_created", "role_changed", "user_deactivated"]
        assert {str(event["actor_id"]) for event in events} == {anna}
        assert {str(event["user_id"]) for event in events} == {user}

    async def test_where_people_work_is_given_found_and_changed(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        await sign_in(client, stocked, "zz_anna", role=Role.ADMIN)
        work = {"employee_id": "Т-77", "department": "Склад 7", "position": "Кладовщик", "station_id": 1, "phone": "1"}
        made = (await client.post("/admin/users", json={"username": "ivan", **work})).json()
        assert {name: made[name] for name in work} == work
        assert made["station"]
        for query in ("department=склад 7", "position=Кладовщик", "station_id=1&q=ivan", "q=Т-77"):
            reply = (await client.get(f"/admin/users?{query}")).json()
            assert [row["username"] for row in reply["items"]] == ["ivan"], query
        path = f"/admin/users/{made['id']}"
        changed = (await client.put(path, json={"department": "", "station_id": None})).json()
        assert (changed["department"], changed["station"], changed["position"]) == (None, None, "Кладовщик")
        assert (await client.get(path)).json() == changed

    @pytest.mark.refuses
    async def test_a_number_that_is_taken_and_a_station_that_is_not_there_are_refused(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        await sign_in(client, stocked, "zz_anna", role=Role.ADMIN)
        await client.post("/admin/users", json={"username": "ivan", "employee_id": "Т-77"})
        other = (await client.post("/admin/users", json={"username": "petr"})).json()
        for method, path, body in (
            ("POST", "/admin/users", {"username": "oleg"}),
            ("PUT", f"/admin/users/{other['id']}", {}),
        ):
            reply = await client.request(method, path, json={**body, "employee_id": "Т-77"})
            assert (reply.status_code, reply.json()["code"]) == (409, "employee_id_taken")
            reply = await client.request(method, path, json={**body, "station_id": 2_000_000})
            assert (reply.status_code, reply.json()["errors"][0]["field"]) == (400, "station_id")
        assert (await client.get("/admin/users?q=oleg")).json()["total"] == 0

"""Own and foreign objects of every kind, restored before each request."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

import httpx

from atg_entrypoints.container import Container
from tests.account_pool import lift_limits
from tests.authorisation.importing_data import orders
from tests.authorisation.learning_data import keep_files, learn
from tests.authorisation.people import People, change_roles, gather
from tests.authorisation.row import Row, filled
from tests.authorisation.shop_data import campaign, mailed, sell, signed_event
from tests.authorisation.snapshot import Keeping, kept_now
from tests.authorisation.teaching_data import teach
from tests.contracts.shop.http_telegram import SECRET as TELEGRAM_SECRET


@dataclass(kw_only=True)
class World:
    """`names`: what the table calls them; `own`: what `my_…` is for each caller who has one of their own."""

    container: Container
    client: httpx.AsyncClient
    people: People
    names: dict[str, Any] = field(default_factory=dict)
    own: dict[str, dict[str, Any]] = field(default_factory=dict)
    kept: Keeping = field(init=False, repr=False)

    @classmethod
    async def make(cls, container: Container, client: httpx.AsyncClient) -> Self:
        lift_limits(container)
        people = await gather(container, client)
        world = cls(container=container, client=client, people=people)
        world.names |= {name: str(each.id) for name, each in people.persons.items()}
        world.names |= await teach(container, people)
        world.names |= await learn(container, people)
        files, world.own = await keep_files(container, people, client)
        world.names |= files | await campaign(container, client) | await mailed(container, people) | signed_event()
        sold = await sell(people, client)
        world._meet(sold)
        world.names |= sold | {
            "campaign": "small",
            "other_campaign": "default",
            "other_another": str(people.persons["person"].id),
            "provider": "yandex",
            "style": "start.js",
            "pdf": b"%PDF-1.7",
            "telegram_secret": TELEGRAM_SECRET,
            "kind": "users",
            "other_kind": "stations",
        }
        world.names |= await orders(container, people)
        world.names["form"] = {**world.names["form_fields"], "file": b"%PDF-1.7"}
        for name, session in people.sessions.items():
            world.own.setdefault(name, {})["session"] = str(session.id)
        world.names["session"] = world.own["another"]["session"]
        await change_roles(container, people)
        world.kept = kept_now(container)
        return world

    def moved_to(self, container: Container, client: httpx.AsyncClient) -> Self:
        """The same world in an empty database of another test: making it takes longer than most requests together."""
        lift_limits(container)
        moved = replace(self, container=container, client=client)
        moved.kept = self.kept
        moved.put_back()
        return moved

    def _meet(self, sold: Mapping[str, Any]) -> None:
        now = self.container.clock()()
        for name in ("customer", "shopper"):
            token = self.container.customer_tokens().token(sold[name], now)
            self.people.headers[name] = {"Authorization": f"Bearer {token}"}

    def names_for(self, caller: str) -> dict[str, Any]:
        own = {f"my_{name}": value for name, value in self.own.get(caller, {}).items()}
        foreign = {f"my_{name}": self.names[name] for name in self.own["another"]}
        return {**self.names, **foreign, "my_incoming": self.names["incoming"], **own}

    async def ask(self, row: Row, caller: str) -> httpx.Response:
        names = self.names_for(caller)
        headers = {**self.people.headers[caller], **filled(row.headers or {}, names)}
        body: dict[str, Any] = {}
        if row.json is not None:
            sent = filled(row.json, names)
            body = {"content": sent} if isinstance(sent, bytes) else {"json": sent}
        if row.form is not None:
            form = filled(row.form, names)
            files = {name: ("a", value) for name, value in form.items() if isinstance(value, bytes)}
            body = {"data": {name: value for name, value in form.items() if name not in files}, "files": files or None}
        self.client.cookies.clear()
        return await self.client.request(row.method, filled(row.path, names), headers=headers, **body)

    def put_back(self) -> None:
        self.kept.put_back(self.container)

    def changed(self) -> set[str]:
        """What is no longer as it was made."""
        return self.kept.changed(self.container)

"""What people do: each step is a request or several, after which they rest."""

from collections.abc import AsyncIterator, Callable
from itertools import count
from uuid import UUID, uuid4

from tests.contracts.shop.bot import SERVICE
from tests.faults.client import Client
from tests.faults.world import ASSETS, Person, Teacher, World

type Role = Callable[[Client, World], AsyncIterator[None]]
_BOT = Person(UUID(int=0), {"Authorization": f"Bearer {SERVICE}"})


def everybody(world: World) -> list[Role]:
    return [*map(learner, world.learners), *map(teacher, world.teachers), visitor, visitor, bot, author, reader]


def learner(me: Person) -> Role:
    async def act(client: Client, world: World) -> AsyncIterator[None]:
        answers = {}
        for at in world.schools:
            await client.write(("enrollment", f"{me.id}/{at.course}"), "POST", f"/courses/{at.course}/enroll", me)
            questions = (await client.must("GET", f"/lessons/{at.lesson}/test", me)).json()["questions"]
            answers[at.lesson] = [{"question_id": q["id"], "option_ids": [q["options"][0]["id"]]} for q in questions]
            yield
        for number in count():
            at = world.schools[number % len(world.schools)]
            topic = at.topics[number // len(world.schools) % len(at.topics)]
            body = {"completed": True, "position_seconds": number, "seconds_studied": 1}
            await client.write(("progress", f"{me.id}/{topic}"), "PUT", f"/topics/{topic}/progress", me, json=body)
            yield
            path, result = f"/lessons/{at.lesson}/test/results", {"answers": answers[at.lesson]}
            await client.write(
                ("test result", f"{me.id}/{at.lesson_test}"), "POST", path, me, key=uuid4().hex, json=result
            )
            yield
            if number % 4 == 0:
                async for _ in _homework(client, world, me):
                    yield

    return act


async def _homework(client: Client, world: World, me: Person) -> AsyncIterator[None]:
    """Set by the teacher, answered three times over, and submitted."""
    teacher, question = world.teachers[0], {"question_type": "TEXT", "text": "Опишите помпаж", "points": "5.00"}
    body = {"group_id": world.group, "title": f"Помпаж {uuid4().hex}", "questions": [question]}
    homework = (await client.must("POST", "/homework", teacher, key=uuid4().hex, json=body)).json()
    await client.must("POST", f"/homework/{homework['id']}/publish", teacher)
    made = await client.must("POST", f"/homework/{homework['id']}/submissions", me)
    draft = str(made.json()["id"])
    yield
    for number in range(3):
        text = f"answer {number}"
        client.ledger.answers.setdefault(draft, [""]).append(text)
        answer = [{"question_id": homework["questions"][0]["id"], "text": text}]
        await client.write(("answer", f"{draft}/{number}"), "PUT", f"/submissions/{draft}/answers", me, json=answer)
        client.ledger.answers[draft] = [text]
        yield
    await client.write(("submission", draft), "POST", f"/submissions/{draft}/submit", me)
    yield


def teacher(me: Teacher) -> Role:
    async def act(client: Client, _world: World) -> AsyncIterator[None]:
        for number in count():
            name = f"Группа {uuid4().hex}"
            await client.write(("group", name), "POST", "/groups", me, key=uuid4().hex, json={"name": name})
            yield
            if number < len(me.lessons):
                lesson = me.lessons[number]
                await client.write(("lesson start", str(lesson)), "POST", f"/schedule/lessons/{lesson}/start", me)
                yield

    return act


async def visitor(client: Client, _world: World) -> AsyncIterator[None]:
    while True:
        started = await client.write(
            ("visit", "expo"), "POST", "/session/start/", key=uuid4().hex, json={"campaign": "expo"}
        )
        visit = started.json()["session_id"]
        yield
        for slug in ASSETS * 2:
            what, body = ("view", f"{visit}/{slug}"), {"session_id": visit, "asset_slug": slug}
            reply = await client.ask("POST", "/view/", json=body)
            if reply is not None and reply.is_success:
                client.ledger.acknowledged[what] += 1
            else:  # each view is counted: the first may have been, and is asked for again
                client.ledger.unsure[what] += 1
                await client.write(what, "POST", "/view/", json=body)
            yield
        await client.write(("promo code", visit), "GET", "/promo/", params={"session_id": visit})
        email = f"{uuid4().hex}@example.com"
        await client.must("POST", "/user/email/", json={"session_id": visit, "email": email})
        client.ledger.mails.append(email)
        client.ledger.acknowledged["email", email] += 1
        yield


async def bot(client: Client, world: World) -> AsyncIterator[None]:
    while True:
        customer = {"telegram_id": uuid4().int % 10**9, "first_name": "Анна"}
        made = await client.must("POST", "/api/users/", _BOT, json=customer)
        yield
        payment = uuid4().hex
        order = {"user_id": made.json()["id"], "payment_id": payment, "lesson_id": world.product}
        bought = await client.write(
            ("purchase", payment), "POST", "/api/purchases/create", _BOT, key=payment, json=order
        )
        yield
        purchase, charge = bought.json(), f"charge-{payment}"
        paid = {"telegram_payment_charge_id": charge, "total_amount": purchase["amount"]}
        await client.write(("payment", charge), "POST", f"/api/purchases/{purchase['id']}/complete", _BOT, json=paid)
        yield


async def author(client: Client, world: World) -> AsyncIterator[None]:
    for number in count():
        key = f"public/{uuid4().hex}.pdf"
        content = b"%PDF-" + key.encode() * (number % 20 * 1_000 + 1)
        sent = {"data": {"key": key}, "files": {"file": ("a.pdf", content)}}
        await client.must("POST", "/files/upload", world.author, **sent)
        client.ledger.files[key] = content
        client.ledger.acknowledged["file", key] += 1
        for _ in range(5):
            yield


async def reader(client: Client, world: World) -> AsyncIterator[None]:
    me = world.learners[0]
    while True:
        for path in ("/stations", "/auth/me", "/users/me/stats", "/courses/me/enrollments"):
            await client.ask("GET", path, me)
            yield
        if client.ledger.files:
            await client.ask("GET", f"/files/stream/{next(reversed(client.ledger.files))}", me)
        yield

"""A state machine of the shop, checked against an independent ledger.

Three customers, three lessons, a course of two and two promo codes, which are renamed, deleted and made anew.
Invariants (spec: store, Rules): the uses of a promo code are the purchases that hold one of that very record, at most
its limit; nobody owns an item without a completed purchase, and nothing is granted twice; the revenue is what was paid
and not refunded; whatever is repeated, replayed or late.
"""

from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from dependency_injector import providers
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from atg_core.errors import Conflict
from atg_core.shop.checkout import PromoExhausted
from atg_core.shop.model import Item
from atg_core.shop.ports import AlreadyOwned
from atg_core.shop.telegram_payments import TelegramPayment
from atg_entrypoints.container import Container
from tests.arranging import rows_of

WHO, WHAT, WHICH = st.integers(0, 2), st.sampled_from(["first", "second", "alone", "course"]), st.integers(0, 30)
PRICES = {"first": 100, "second": 7, "alone": 3, "course": 90}
IN_COURSE = {"first", "second"}
CODES: dict[str, tuple[int, int]] = {"THIRD": (33, 2), "GIFT": (100, 1)}
"""Percent, and how many uses there are."""


@dataclass
class Entry:
    """A line of the ledger."""

    number: int
    who: int
    what: str
    code: str | None
    amount: int
    payment: str
    begun: datetime
    status: str
    charge: str | None = None
    promo: int | None = None
    """The record of the code whose use was taken."""


class ShopMachine(RuleBasedStateMachine):
    """Subclasses give `container`, and `run` for its coroutines."""

    container: ClassVar[Container]
    run: ClassVar[Callable[[Coroutine[Any, Any, Any]], Any]]

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.container.clock.override(providers.Object(lambda: self.now))
        for name in (
            "create_purchase",
            "settle_purchase",
            "pre_checkout",
            "record_payments",
            "edit_products",
            "edit_promo_codes",
        ):
            getattr(self.container, name).reset()
        self.name = uuid4().hex[:8].upper()
        self.run(self._open_shop())
        self.ledger: list[Entry] = []
        self.stray: set[str] = set()

    async def _open_shop(self) -> None:
        products, lesson = self.container.edit_products(), {"description": "", "is_active": True, "is_free": False}
        names = [name for name in PRICES if name != "course"]
        lessons = [
            await products.add_lesson(
                {**lesson, "title": name, "price": PRICES[name], "video_path": None, "text_content": None}
            )
            for name in names
        ]
        self.lessons = {name: added.id for name, added in zip(names, lessons, strict=True)}
        course = {"title": "course", "description": "", "total_price": 120, "discount_price": PRICES["course"]}
        self.course = (
            await products.add_course({**course, "is_active": True}, [self.lessons[name] for name in sorted(IN_COURSE)])
        ).id
        start = int(self.name, 16)
        self.people = [
            (await self.container.edit_customers().register(start + number, {"first_name": "x"}))[0]
            for number in range(3)
        ]
        self.texts = {code: f"{code}{self.name}" for code in CODES}
        self.records = {code: await self._make(code) for code in CODES}

    async def _make(self, code: str) -> int:
        percent, most = CODES[code]
        values = {"discount_percent": percent, "discount_amount": None, "max_uses": most, "is_active": True}
        made = await self.container.edit_promo_codes().add({**values, "code": self.texts[code], "expires_at": None})
        return made.id

    def _code(self, code: str | None) -> str | None:
        return self.texts[code] if code else None

    def _item(self, what: str) -> Item:
        return Item(course_id=self.course) if what == "course" else Item(lesson_id=self.lessons[what])

    def _owns(self, who: int, what: str) -> bool:
        mine = {entry.what for entry in self.ledger if entry.who == who and entry.status == "completed"}
        return what in mine or (what in IN_COURSE and "course" in mine)

    def _holding(self, code: str) -> int:
        record = self.records[code]
        return sum(entry.promo == record and entry.status in {"pending", "completed"} for entry in self.ledger)

    @rule(who=WHO, what=WHAT, code=st.sampled_from([None, *CODES]))
    def create(self, who: int, what: str, code: str | None) -> None:
        payment = f"{self.name}-{len(self.ledger)}"
        creating = self.container.create_purchase()(self.people[who].id, self._item(what), payment, self._code(code))
        if self._owns(who, what):
            with pytest.raises(AlreadyOwned):
                self.run(creating)
            return
        if code is not None and self._holding(code) >= CODES[code][1]:
            with pytest.raises(PromoExhausted):
                self.run(creating)
            return
        purchase, made = self.run(creating)
        assert made
        price = PRICES[what]
        amount = price if code is None else 0 if code == "GIFT" else max(1, -(-price * 67 // 100))
        assert purchase.amount == amount
        status = "pending" if amount else "completed"
        record, named = (self.records[code], self.texts[code]) if code else (None, None)
        self.ledger.append(Entry(purchase.id, who, what, named, amount, payment, self.now, status, promo=record))

    @rule(code=st.sampled_from(sorted(CODES)), letter=st.sampled_from("AB"))
    def rename_a_code(self, code: str, letter: str) -> None:
        """Also back to a text that it had before."""
        self.texts[code] = f"{code}{self.name}{letter}"
        self.run(self.container.edit_promo_codes().change(self.records[code], {"code": self.texts[code]}))

    @rule(code=st.sampled_from(sorted(CODES)))
    def delete_a_code_and_make_it_anew(self, code: str) -> None:
        self.run(self.container.edit_promo_codes().delete(self.records[code]))
        self.records[code] = self.run(self._make(code))

    @rule(which=WHICH)
    def create_again(self, which: int) -> None:
        if entry := self._entry(which):
            create = self.container.create_purchase()
            of = (self.people[entry.who].id, self._item(entry.what), entry.payment, entry.code)
            purchase, made = self.run(create(*of))
            assert (purchase.id, made) == (entry.number, False)

    @rule(which=WHICH)
    def ask_before_paying(self, which: int) -> None:
        if entry := self._entry(which):
            person = self.people[entry.who]
            refusal = self.run(self.container.pre_checkout()(entry.number, entry.amount, person.telegram_id))
            fresh = entry.status == "pending" and self.now - entry.begun < timedelta(minutes=30)
            assert (refusal is None) is (fresh and not self._owns(entry.who, entry.what))

    @rule(which=WHICH, wrong=st.sampled_from([None, None, "amount", "payer", "currency"]), twice=st.booleans())
    def pay(self, which: int, wrong: str | None, twice: bool) -> None:
        """As Telegram tells it."""
        entry = self._entry(which)
        if entry is None or not entry.amount:
            return
        charge = f"{entry.payment}-{uuid4().hex[:6]}"
        notice = TelegramPayment(
            telegram_id=1 if wrong == "payer" else self.people[entry.who].telegram_id,
            currency="USD" if wrong == "currency" else "XTR",
            amount=entry.amount + (wrong == "amount"),
            payload=str(entry.number),
            charge_id=charge,
        )
        granted = wrong is None and entry.status == "pending" and not self._granted(entry)
        for _ in range(1 + twice):
            self.run(self.container.record_payments().paid(notice))
        if granted:
            entry.status, entry.charge = "completed", charge
        else:
            self.stray.add(charge)

    @rule(which=WHICH)
    def pay_by_the_route(self, which: int) -> None:
        entry = self._entry(which)
        if entry is None:
            return
        charge = entry.charge or f"{entry.payment}-route"
        fits = entry.status == "pending" and not self._granted(entry)
        try:
            self.run(self.container.settle_purchase().complete(entry.number, charge, entry.amount))
        except Conflict:
            assert not fits
            return
        assert fits or (entry.status == "completed" and entry.charge == charge)
        entry.status, entry.charge = "completed", charge

    @rule(which=WHICH)
    def replay_a_payment(self, which: int) -> None:
        entry = self._entry(which)
        if entry is not None and entry.charge is not None:
            self.run(self.container.record_payments().paid(self._notice(entry, entry.charge)))

    @rule(which=WHICH)
    def fail(self, which: int) -> None:
        entry = self._entry(which)
        if entry is None:
            return
        try:
            self.run(self.container.settle_purchase().fail(entry.number))
        except Conflict:
            assert entry.status in {"completed", "refunded"}
            return
        assert entry.status in {"pending", "failed"}
        entry.status = "failed"

    @rule(which=WHICH, by_telegram=st.booleans())
    def refund(self, which: int, by_telegram: bool) -> None:
        """Telegram may report a refund before its payment."""
        entry = self._entry(which)
        if entry is None:
            return
        if by_telegram:
            charge = entry.charge or f"{entry.payment}-early"
            self.run(self.container.record_payments().refunded(self._notice(entry, charge)))
            if entry.status == "completed" and entry.charge == charge:
                entry.status = "refunded"
            if entry.status == "pending":
                entry.status, entry.charge = "refunded", charge
            return
        with suppress(Conflict):
            self.run(self.container.settle_purchase().refund(entry.number))
            assert entry.status in {"completed", "refunded"}
            entry.status = "refunded"

    @rule(minutes=st.integers(1, 40))
    def let_time_pass(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        overdue = [
            entry
            for entry in self.ledger
            if entry.status == "pending" and self.now - entry.begun >= timedelta(minutes=30)
        ]
        self.run(self.container.settle_purchase().fail_overdue())
        for entry in overdue:
            entry.status = "failed"

    def _entry(self, which: int) -> Entry | None:
        return self.ledger[which % len(self.ledger)] if self.ledger else None

    def _granted(self, entry: Entry) -> bool:
        """Whether another purchase has granted the very item."""
        same = (entry.who, entry.what)
        return any(
            other is not entry and (other.who, other.what) == same and other.status == "completed"
            for other in self.ledger
        )

    def _notice(self, entry: Entry, charge: str) -> TelegramPayment:
        person = self.people[entry.who]
        return TelegramPayment(
            telegram_id=person.telegram_id,
            currency="XTR",
            amount=entry.amount,
            payload=str(entry.number),
            charge_id=charge,
        )

    @invariant()
    def the_ledger_agrees(self) -> None:
        stored = {row["id"]: row for row in self.run(rows_of(self.container, "purchases"))}
        mine = [stored[entry.number] for entry in self.ledger]
        assert [(row["status"], row["amount"], row["telegram_payment_charge_id"]) for row in mine] == [
            (entry.status, entry.amount, entry.charge) for entry in self.ledger
        ]
        taken = sum(row["amount"] for row in mine if row["status"] == "completed")
        assert taken == sum(entry.amount for entry in self.ledger if entry.status == "completed")

    @invariant()
    def codes_are_used_as_often_as_they_are_held(self) -> None:
        uses = {row["id"]: row["current_uses"] for row in self.run(rows_of(self.container, "shop_promo_codes"))}
        for code, (_, most) in CODES.items():
            assert uses[self.records[code]] == self._holding(code) <= most

    @invariant()
    def access_is_what_was_bought(self) -> None:
        for who, person in enumerate(self.people):
            ids = list(self.lessons.values())
            accesses = self.run(self.container.shop_queries().accesses(person.id, ids))
            assert set(accesses) == {number for what, number in self.lessons.items() if self._owns(who, what)}

    @invariant()
    def what_fits_nothing_is_kept_apart(self) -> None:
        kept = {row["charge_id"] for row in self.run(rows_of(self.container, "stray_payments"))}
        assert {charge for charge in kept if charge.startswith(self.name)} == self.stray

"""Tabs of one browser, a client of the old kind, and thieves, over one session store.

The laws (spec: identity, Tokens): an honest client is never signed out; once a thief and the owner have each refreshed
outside the leeway, the session dies at the next refresh of the second.

The browser is as browsers are: its tabs share one store of tokens. A tab refreshes when the access token that it finds
there has ended, or when it is loaded anew. Requests take their time to the server and replies theirs, in any order;
what takes more than 29 seconds is given up.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import uuid4

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from atg_adapters.memory.rate_limit import MemoryRateLimiter
from atg_core.errors import NotSignedIn
from atg_core.identity.model import Account
from atg_core.identity.refresh_tokens import FIRST, LEEWAY
from atg_core.identity.sign_in import Refresh
from atg_entrypoints.container import Container
from tests.contracts.identity.store import LIFETIME, session_of
from tests.people import account

ACCESS_SECONDS, PATIENCE_SECONDS = 60, 29
BEYOND_LEEWAY = LEEWAY + timedelta(seconds=10)


@dataclass(frozen=True)
class Message:
    """A request or its reply: when the tab sent it, and the token in it."""

    sent_at: datetime
    token: str


class RefreshMachine(RuleBasedStateMachine):
    """Subclasses say over which store: `container`, and `run` for its coroutines; and whether there are thieves."""

    container: ClassVar[Container]
    thieves: ClassVar[bool] = True
    run: ClassVar[Callable[[Coroutine[Any, Any, Any]], Any]]

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.refresh = Refresh(
            open=self.container.open_identity(),
            tokens=self.container.tokens(),
            rate_limiter=MemoryRateLimiter(),
            caller_cache=self.container.caller_cache(),
            session_lifetime=LIFETIME,
            clock=lambda: self.now,
            new_id=uuid4,
        )
        person = account(f"user-{uuid4()}")
        self.user = person.user
        self.run(self._add(person))
        self.legacy = self.sign_in()
        self.begin()

    def begin(self) -> None:
        """The owner signs in; nobody has stolen anything yet."""
        self.store = self.sign_in()
        self.fresh_until = self.now + timedelta(seconds=ACCESS_SECONDS)
        self.past = [self.store]
        self.loaded_at = self.now
        self.requests: list[Message] = []
        self.replies: list[Message] = []
        self.thief: str | None = None
        self.thief_has_refreshed = False

    async def _add(self, person: Account) -> None:
        async with self.container.open_identity()() as store:
            await store.add_account(person)

    def sign_in(self) -> str:
        times = dict.fromkeys(("created_at", "last_activity", "confirmed_at"), self.now)
        session = session_of(self.user.id, **times, expires_at=self.now + LIFETIME.idle)

        async def add() -> None:
            async with self.container.open_identity()() as store:
                await store.add_session(session)

        self.run(add())
        token: str = self.container.tokens().refresh(session, FIRST)
        return token

    def present(self, token: str) -> str | None:
        """The next token, or None for whoever is signed out."""
        try:
            pair = self.run(self.refresh(token))
        except NotSignedIn:
            return None
        refresh: str = pair.refresh
        return refresh

    def wait(self, time: timedelta) -> None:
        self.now += time
        given_up = self.now - timedelta(seconds=PATIENCE_SECONDS)
        self.requests = [message for message in self.requests if message.sent_at > given_up]
        self.replies = [message for message in self.replies if message.sent_at > given_up]

    @rule(milliseconds=st.integers(1, 12_000))
    def a_moment_passes(self, milliseconds: int) -> None:
        self.wait(timedelta(milliseconds=milliseconds))

    @precondition(lambda self: not self.requests and not self.replies)
    @rule(seconds=st.integers(31, 7_200))
    def a_while_passes_and_the_old_client_presents_its_first_token(self, seconds: int) -> None:
        self.wait(timedelta(seconds=seconds))
        assert self.present(self.legacy) is not None, "a client that never takes a new token was signed out"

    @precondition(lambda self: self.now >= self.fresh_until)
    @rule(tabs=st.integers(1, 3))
    def tabs_find_that_the_access_token_has_ended(self, tabs: int) -> None:
        self.requests += [Message(sent_at=self.now, token=self.store)] * tabs

    @precondition(lambda self: self.now - self.loaded_at >= timedelta(seconds=ACCESS_SECONDS))
    @rule()
    def a_tab_is_loaded_anew(self) -> None:
        self.loaded_at = self.now
        self.requests.append(Message(sent_at=self.now, token=self.store))

    @precondition(lambda self: self.requests)
    @rule(data=st.data())
    def the_server_takes_a_request(self, data: st.DataObject) -> None:
        request = self.requests.pop(data.draw(st.integers(0, len(self.requests) - 1)))
        token = self.present(request.token)
        if token is not None:
            self.replies.append(Message(sent_at=request.sent_at, token=token))
            return
        assert self.thief_has_refreshed, "an honest client was signed out"
        self.begin()

    @precondition(lambda self: self.replies)
    @rule(data=st.data())
    def a_reply_arrives(self, data: st.DataObject) -> None:
        reply = self.replies.pop(data.draw(st.integers(0, len(self.replies) - 1)))
        self.store = reply.token
        self.fresh_until = reply.sent_at + timedelta(seconds=ACCESS_SECONDS)
        self.past.append(reply.token)

    @precondition(lambda self: self.replies)
    @rule(data=st.data())
    def a_reply_is_lost(self, data: st.DataObject) -> None:
        self.replies.pop(data.draw(st.integers(0, len(self.replies) - 1)))

    @precondition(lambda self: self.thieves and self.thief is None)
    @rule(data=st.data())
    def a_thief_copies_a_token_of_the_past_or_the_present(self, data: st.DataObject) -> None:
        self.thief = data.draw(st.sampled_from(self.past))

    @precondition(lambda self: self.thief is not None)
    @rule()
    def the_thief_refreshes(self) -> None:
        assert self.thief is not None
        self.thief_has_refreshed = True
        self.thief = self.present(self.thief)
        if self.thief is None and self.present(self.store) is None:
            self.begin()

    @precondition(lambda self: self.thief is not None)
    @rule(behind=st.integers(31, 300))
    def once_both_have_refreshed_the_second_ends_the_session(self, behind: int) -> None:
        """A thief who keeps step behind the owner, 40 seconds or any time beyond the leeway."""
        assert self.thief is not None
        owner, thief = self.store, self.thief
        for _ in range(2):
            self.wait(timedelta(hours=1))
            owner_next = self.present(owner)
            self.wait(timedelta(seconds=behind))
            thief_next = self.present(thief)
            if owner_next is None or thief_next is None:
                break
            owner, thief = owner_next, thief_next
        else:
            raise AssertionError("a thief kept up with the owner")
        self.wait(BEYOND_LEEWAY)
        assert self.present(owner) is None or self.present(thief) is None
        self.begin()

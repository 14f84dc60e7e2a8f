"""The password policy, and what its strength costs."""

import asyncio
import time

import pytest

from atg_adapters.passwords.strength import ZxcvbnStrength
from atg_core.identity.model import Origin, Role
from atg_core.identity.password_policy import RequireStrongPassword, WeakPassword
from atg_entrypoints.container import Container
from tests.people import add_person

NAMES = ("an.petrova", "Анна Ким-Залесская", "an.petrova@school.example.org")
LEETSPEAK = "4@8({[<369!1|7$50+%2" * 4
policy = RequireStrongPassword(password_strength=ZxcvbnStrength())


@pytest.mark.parametrize(
    "password",
    [
        "correct horse",
        "correct horse battery" * 6,
        "восемь-8-лошадей",
        "wjrhg83hfw",
        "x" * 60 + "tr0mbone-of-glass",
        "🔑🐴🔋📎🎺🌍🚲🦊",
        "Annapurna-21-snow",  # a name of three letters, in another word
        "preschooling 4 whales",  # a word of the email, inside another word
        "ким и корабль в бутылке",  # a word of three letters
    ],
)
async def test_a_password_that_is_hard_to_guess_is_taken(password: str) -> None:
    """S19: no rules of composition."""
    await policy(password, NAMES)


@pytest.mark.parametrize(
    "password",
    [
        *("", "1234567", "correct horse battery" * 7),
        *("password", "PassWord", "pAsSwOrD", "12345678", "qwertyuiop", "qwertyqwerty", "P@ssw0rd1"),
        *("x" * 128, "        ", "abcdefgh", "11112222", "1qaz2wsx", "zxcvbnm123"),
        *("my AN.PETROVA of trombones", "an.petrova@school.example.org", "xan.petrovax-9-trombones"),
        *("petrova-9-trombones", "9_PETROVA_9_trombones", "школа-залесская-7-домов", "school 7 whales trombone"),
        "ＰＥＴＲＯＶＡ 9 trombones",  # the same in other characters (NFKC)
    ],
)
async def test_a_password_that_is_guessed_first_is_refused(password: str) -> None:
    """S19."""
    with pytest.raises(WeakPassword) as refused:
        await policy(password, NAMES, field="new")
    assert refused.value.field == "new"


async def test_no_password_takes_long_to_estimate_and_the_event_loop_goes_on() -> None:
    """All spellings of this one took five seconds, in which nobody else signed in."""
    await policy("correct horse", NAMES)  # which loads the lists
    begun, turns = time.process_time(), 0
    estimating = asyncio.ensure_future(policy(LEETSPEAK, NAMES))
    while not estimating.done():
        await asyncio.sleep(0)
        turns += 1
    await estimating
    assert time.process_time() - begun < 2
    assert turns > 3


async def test_an_administrator_of_the_settings_who_is_there_may_have_an_older_password(container: Container) -> None:
    """Else an upgrade would keep the service from starting."""
    await add_person(container, "root", role=Role.ADMIN, origin=Origin.SETTINGS)
    assert not await container.create_admin().unless_there("root", "qwertyuiop")
    with pytest.raises(WeakPassword):
        await container.create_admin().unless_there("other", "qwertyuiop")

"""Rate limits in Redis, shared by all processes."""

from collections.abc import Sequence

from redis.asyncio import Redis
from redis.exceptions import RedisError

from atg_adapters.memory.rate_limit import MemoryRateLimiter, allowance
from atg_adapters.redis.batching import Batching
from atg_core.rate_limit import Allowance, RateLimit

type _Hit = tuple[RateLimit, str]
type _Window = tuple[int, int]

# Hits and milliseconds left of each window, one after the other. ARGV: 1 counts, 0 looks; then the seconds of each
# window. A counter that has lost its expiry gets it again; -1 for a key that is no counter.
_COUNT = """
local windows = {}
for i, key in ipairs(KEYS) do
  local hits = redis.pcall(ARGV[1] == '1' and 'INCR' or 'GET', key)
  local left = redis.call('PTTL', key)
  if left < 0 then
    left = ARGV[i + 1] * 1000
    redis.call('PEXPIRE', key, left)
  end
  windows[2 * i - 1], windows[2 * i] = type(hits) == 'table' and -1 or tonumber(hits or 0), left
end
return windows
"""


class _NotACounter(RedisError):
    pass


class RedisRateLimiter:
    """`RateLimiter`. While Redis is unavailable each process counts on its own: the limit is then per process.

    A script counts and reads in one step, for all requests that wait at the same time.
    """

    def __init__(self, redis: Redis) -> None:
        self._script = redis.register_script(_COUNT)
        self._tested, self._hit = Batching(self._read), Batching(self._count)
        self._own = MemoryRateLimiter()

    async def test(self, limit: RateLimit, key: str) -> Allowance:
        try:
            hits, left = _counted(await self._tested((limit, key)))
        except (RedisError, OSError):
            return await self._own.test(limit, key)
        return allowance(limit, hits, left / 1000, allowed=hits < limit.max_hits)

    async def hit(self, limit: RateLimit, key: str) -> Allowance:
        try:
            hits, left = _counted(await self._hit((limit, key)))
        except (RedisError, OSError):
            return await self._own.hit(limit, key)
        return allowance(limit, hits, left / 1000, allowed=hits <= limit.max_hits)

    async def _read(self, wanted: Sequence[_Hit]) -> Sequence[_Window]:
        return await self._windows(wanted, "0")

    async def _count(self, wanted: Sequence[_Hit]) -> Sequence[_Window]:
        return await self._windows(wanted, "1")

    async def _windows(self, wanted: Sequence[_Hit], counts: str) -> Sequence[_Window]:
        keys = [_key(limit, key) for limit, key in wanted]
        answer: list[int] = await self._script(keys, [counts, *(limit.minutes * 60 for limit, _ in wanted)])
        return list(zip(answer[::2], answer[1::2], strict=True))


def _key(limit: RateLimit, key: str) -> str:
    return f"atg:limit:{limit.name}/{limit.max_hits}/{limit.minutes}/{key}"


def _counted(window: _Window) -> _Window:
    if window[0] < 0:
        raise _NotACounter
    return window

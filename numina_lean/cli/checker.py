"""What the commands that check sources check them with: Lean processes, behind the cache."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from numina_lean.check.cache.cached_pool import CachedPool
from numina_lean.check.cache.verdict_cache import VerdictCache
from numina_lean.check.checker import Checker
from numina_lean.check.pool import Pool
from numina_lean.lean.engine import Engine


@contextmanager
def open_checker(
    engine: Engine, jobs: int, *, no_cache: bool, tell: Callable[[str], None]
) -> Iterator[Checker]:
    """A pool of `jobs` processes. What is wrong with the cache is told in a line, and no more."""
    with ExitStack() as stack:
        if no_cache:
            yield stack.enter_context(Pool(engine, jobs=jobs))
            return
        cache = stack.enter_context(VerdictCache(engine, tell))
        yield CachedPool(stack.enter_context(Pool(engine, jobs=jobs)), cache)

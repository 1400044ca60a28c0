"""What tests share: the project's data where it is there, and one real Lean for the whole run."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from numina_lean.check.cache.place import FILE_VARIABLE
from numina_lean.check.pool import Pool
from numina_lean.lean.discover import choose_engine
from numina_lean.lean.engine import Engine

_NUMBERS = count()

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED_DATA = REPOSITORY.parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of shared data beside the repository, which a clone alone does not have."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"no shared data at {SHARED_DATA}")
    return SHARED_DATA


@pytest.fixture(scope="session", autouse=True)
def cache_of_the_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keeps commands away from the user's cache of verdicts, also where a module shares one."""
    folder = tmp_path_factory.mktemp("verdicts")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FILE_VARIABLE, str(folder / "verdicts.sqlite"))
        yield folder


@pytest.fixture(autouse=True)
def own_cache(cache_of_the_run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gives each test a cache of its own, so that no other answers its checks."""
    monkeypatch.setenv(FILE_VARIABLE, str(cache_of_the_run / f"{next(_NUMBERS)}.sqlite"))


@pytest.fixture(scope="session")
def engine() -> Engine:
    """The embedded Lean. Without it the test fails and says how to get it: it is not skipped."""
    return choose_engine("embedded")


@pytest.fixture(scope="session")
def pool(engine: Engine) -> Iterator[Pool]:
    """Two live Lean processes, which tests may crash."""
    with Pool(engine, jobs=2) as pool:
        yield pool

"""What tests share: the project's data where it is there, and one real Lean for the whole run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from numina_lean.check.pool import Pool
from numina_lean.lean.discover import choose_engine
from numina_lean.lean.engine import Engine

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED_DATA = REPOSITORY.parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of shared data beside the repository, which a clone alone does not have."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"no shared data at {SHARED_DATA}")
    return SHARED_DATA


@pytest.fixture(scope="session")
def engine() -> Engine:
    """The embedded Lean. Without it the test fails and says how to get it: it is not skipped."""
    return choose_engine("embedded")


@pytest.fixture(scope="session")
def pool(engine: Engine) -> Iterator[Pool]:
    """Two live Lean processes, which tests may crash."""
    with Pool(engine, jobs=2) as pool:
        yield pool

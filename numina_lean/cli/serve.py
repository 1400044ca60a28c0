"""`numina-lean serve`: the checks over HTTP."""

from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from numina_lean.check.cache.cached_pool import CachedPool
from numina_lean.check.cache.verdict_cache import VerdictCache
from numina_lean.check.checker import Checker
from numina_lean.check.pool import Pool
from numina_lean.cli.options import (
    EngineOption,
    JobsOption,
    NoCacheOption,
    NoSandboxOption,
    jobs_or_default,
    seconds,
)
from numina_lean.errors import InputError
from numina_lean.lean.discover import choose_engine
from numina_lean.serve.settings import KEY_VARIABLE, Limits, is_loopback, listen, read_key, url

_EXTRA = ("fastapi", "uvicorn", "prometheus_client")
_UNSAFE_OPTION = "--unsafe-no-key"
_TERMINATED = 143
_DEFAULTS = Limits()
_AHEAD = 8
"""Sources that each process has before it: enough to stay at work and to choose by header among;
what comes next is decided among all requests as late as possible."""


def serve(
    host: Annotated[str, typer.Option(metavar="H", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(metavar="P", min=0, max=65535, help="0: any that is free.")
    ] = 8000,
    engine: EngineOption = "auto",
    jobs: JobsOption = None,
    key_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=f"Has the key; by default it is in {KEY_VARIABLE}."),
    ] = None,
    unsafe_no_key: Annotated[
        bool,
        typer.Option(_UNSAFE_OPTION, help="Listen beyond this machine without asking for a key."),
    ] = False,
    grace: Annotated[
        float,
        typer.Option(
            metavar="S", callback=seconds, help="Seconds to finish what runs when told to end."
        ),
    ] = 30.0,
    max_body: Annotated[
        int, typer.Option(metavar="BYTES", min=1, help="The largest body of a request.")
    ] = _DEFAULTS.body,
    max_items: Annotated[
        int, typer.Option(metavar="N", min=1, help="The most sources in a request.")
    ] = _DEFAULTS.items,
    max_source: Annotated[
        int, typer.Option(metavar="N", min=1, help="The most characters of a source.")
    ] = _DEFAULTS.source,
    max_timeout: Annotated[
        float,
        typer.Option(metavar="S", callback=seconds, help="The most seconds a source may ask for."),
    ] = _DEFAULTS.timeout,
    max_waiting: Annotated[
        int,
        typer.Option(metavar="N", min=1, help="The most sources that wait, over all requests."),
    ] = _DEFAULTS.waiting,
    no_cache: NoCacheOption = False,
    unsafe_no_sandbox: NoSandboxOption = False,
) -> None:
    """Answer checks over HTTP, until told to end.

    Speaks the API of Kimina Lean Server (POST /api/check, POST /verify, GET /health), so that its
    client works unchanged, and one of our own with typed verdicts, references and streams (POST
    /v1/check). /docs describes both; /metrics is for Prometheus.

    Requests must bring the key as "Authorization: Bearer KEY" where there is one. Without a key,
    the server listens on this machine only.

    \b
    Exit codes:
      0    told to end (SIGTERM, Ctrl-C), all that was asked is answered
      2    bad usage
      3    no engine
      143  told to end, and the grace period was too short for some

    \b
    Examples:
      numina-lean serve
      numina-lean serve --port 8123 --jobs 8 --engine native
      NUMINA_LEAN_API_KEY=$(openssl rand -hex 32) numina-lean serve --host 0.0.0.0
      numina-lean serve --host 0.0.0.0 --key-file /run/secrets/lean-key
    """
    _require_extra()
    from numina_lean.serve.app import Service, create_app  # the extra is there now
    from numina_lean.serve.guard import LOOPBACK_NAMES, Guard
    from numina_lean.serve.run import Server

    limits = Limits(
        body=max_body,
        items=max_items,
        source=max_source,
        timeout=max_timeout,
        waiting=max_waiting,
    )
    key = read_key(key_file)
    local = is_loopback(host)
    if key is None and not local and not unsafe_no_key:
        raise InputError(
            f"--host {host}: others could reach it, and there is no key. Set {KEY_VARIABLE}, pass "
            f"--key-file, or pass {_UNSAFE_OPTION}"
        )
    processes = jobs_or_default(jobs)
    with ExitStack() as stack:
        lean = choose_engine(engine, unsafe_no_sandbox=unsafe_no_sandbox)
        door = stack.enter_context(listen(host, port))
        pool = stack.enter_context(Pool(lean, jobs=processes))
        checker: Checker = pool
        if not no_cache:
            cache = stack.enter_context(VerdictCache(lean, _tell))
            checker = CachedPool(pool, cache)
        window = _AHEAD * processes
        service = Service(lean.lean, checker, pool, limits, window, pool.statistics)
        hosts = LOOPBACK_NAMES | {host} if key is None and local else None
        server = Server(Guard(create_app(service), limits, key, hosts), service.desk, grace)
        address = url(door)
        server.listen(door, lambda: _tell(f"listening on {address} ({lean.lean.engine} engine)"))
    if server.cut_off:
        _tell(f"{server.cut_off} requests were cut off")
        raise typer.Exit(_TERMINATED)


def _require_extra() -> None:
    missing = [name for name in _EXTRA if find_spec(name) is None]
    if missing:
        raise InputError(f"the server needs {', '.join(missing)}: pip install 'numina-lean[serve]'")


def _tell(line: str) -> None:
    typer.echo(line, err=True)

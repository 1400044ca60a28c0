"""The application: its routes, and what is refused before anything is checked."""

import logging
from collections.abc import Callable, Sequence

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response

from numina_lean import __version__
from numina_lean.check.checker import Checker
from numina_lean.check.tally import PoolStatistics
from numina_lean.check.verdict import Item, Outcome, Verdict
from numina_lean.lean.report import LeanInfo
from numina_lean.serve.answer import NDJSON, Fields, ResultStream, all_results
from numina_lean.serve.desk import ClosedError, Desk, FullError, LeftError, Order
from numina_lean.serve.kimina import CheckRequest, VerifyRequest, check_result, verify_result
from numina_lean.serve.metrics import CONTENT_TYPE, Metrics
from numina_lean.serve.schema import REFUSALS, CheckAnswer, TypedAnswer, VerifyAnswer
from numina_lean.serve.settings import Limits
from numina_lean.serve.typed import TypedRequest, typed_result

logger = logging.getLogger(__name__)

RETRY_SECONDS = 5
"""What a client is told to wait when too much is waiting already."""


class Service:
    """Answers requests through `checker`, or `fresh` for those that want no earlier verdict.

    `window`: how many items they are given at a time; `statistics`: the pool at the moment.
    """

    def __init__(
        self,
        lean: LeanInfo,
        checker: Checker,
        fresh: Checker,
        limits: Limits,
        window: int,
        statistics: Callable[[], PoolStatistics],
    ) -> None:
        self.lean = lean
        self.limits = limits
        self.metrics = Metrics(self._gauges, statistics)
        self.desk = Desk(
            window,
            limits.waiting,
            limits.waiting_characters,
            failed=self._failed,
            observe=self.metrics.outcome,
        )
        self._checker = checker
        self._fresh = fresh

    def order(self, items: Sequence[Item], *, fresh: bool) -> Order:
        """Raises `HTTPException`: 422 for what is beyond the limits, 429, 503."""
        self._measure(items)
        try:
            return self.desk.order(self._fresh if fresh else self._checker, items)
        except FullError as error:
            raise HTTPException(429, str(error), {"Retry-After": str(RETRY_SECONDS)}) from None
        except ClosedError as error:
            raise HTTPException(503, str(error)) from None

    async def results(
        self, request: Request, items: Sequence[Item], fields: Fields, *, fresh: bool
    ) -> Response:
        """All results in one answer. Raises `HTTPException`, 499 for a client that has gone."""
        order = self.order(items, fresh=fresh)
        try:
            body = await all_results(order, request.receive, fields, len(items), self.limits.answer)
        except LeftError:
            raise HTTPException(499, "Client disconnected") from None
        except ClosedError as error:
            raise HTTPException(503, str(error)) from None
        return Response(body, media_type="application/json")

    def _failed(self, item: Item, error: Exception) -> Outcome:
        logger.error("no outcome of %r", item.id, exc_info=error)
        detail = f"{type(error).__name__}: {error}"
        return Outcome(
            item.id, Verdict.CRASHED, self.lean, "", 0.0, reason="internal", detail=detail
        )

    def _measure(self, items: Sequence[Item]) -> None:
        limits = self.limits
        if len(items) > limits.items:
            raise HTTPException(422, f"{len(items)} items, more than {limits.items} in one request")
        for item in items:
            length = max(len(item.source), len(item.reference or ""))
            if length > limits.source:
                raise HTTPException(
                    422, f"item {item.id!r}: {length} characters, more than {limits.source}"
                )
            if item.timeout > limits.timeout:
                raise HTTPException(
                    422, f"timeout: {item.timeout:g} seconds, more than {limits.timeout:g}"
                )

    def _gauges(self) -> dict[str, float]:
        return {
            "items_waiting": self.desk.waiting,
            "items_with_pool": self.desk.running,
            "requests_open": self.desk.orders,
        }


def create_app(service: Service) -> FastAPI:
    app = FastAPI(
        title="numina-lean",
        description="Verdicts on Lean 4 sources, in the API of Kimina Lean Server and our own.",
        version=__version__,
        openapi_url="/api/openapi.json",
        docs_url="/docs",
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
    )
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(Exception, _defect)
    _add_kimina(app, service)
    _add_typed(app, service)
    _add_state(app, service)
    return app


def _add_kimina(app: FastAPI, service: Service) -> None:
    @app.post(
        "/api/check",
        tags=["Kimina Lean Server"],
        responses={200: {"model": CheckAnswer}, **REFUSALS},
    )
    @app.post("/api/check/", include_in_schema=False)
    async def check(body: CheckRequest, request: Request) -> Response:
        """Check a batch of snippets."""
        items = body.items()
        return await service.results(
            request,
            items,
            lambda index, outcome: check_result(items[index], outcome, debug=body.debug),
            fresh=not body.reuse,
        )

    @app.post(
        "/verify",
        tags=["Kimina Lean Server"],
        responses={200: {"model": VerifyAnswer}, **REFUSALS},
    )
    @app.post("/one_pass_verify_batch", include_in_schema=False)
    async def verify(body: VerifyRequest, request: Request) -> Response:
        """Check a batch of snippets, in the older form."""
        items = body.items()
        return await service.results(
            request,
            items,
            lambda index, outcome: verify_result(items[index], outcome),
            fresh=body.disable_cache,
        )


def _add_typed(app: FastAPI, service: Service) -> None:
    stream = {"schema": {"$ref": "#/components/schemas/TypedResult"}}
    answer = {"model": TypedAnswer, "content": {NDJSON: stream}}

    @app.post("/v1/check", tags=["Typed verdicts"], responses={200: answer, **REFUSALS})
    async def check_typed(body: TypedRequest, request: Request) -> Response:
        """Check items against references and under policies.

        With `Accept: application/x-ndjson`, each result comes in a line of its own as soon as it
        is there.
        """
        items = body.to_check()
        if NDJSON in request.headers.get("accept", ""):
            order = service.order(items, fresh=body.fresh)
            return ResultStream(order, typed_result, len(items))
        return await service.results(request, items, typed_result, fresh=body.fresh)


def _add_state(app: FastAPI, service: Service) -> None:
    @app.get("/health", tags=["State"])
    @app.get("/health/", include_in_schema=False)
    @app.get("/", include_in_schema=False)
    async def health() -> dict[str, str | None]:
        """That the service answers, and with which Lean."""
        lean = service.lean
        return {
            "status": "ok",
            "version": __version__,
            "engine": lean.engine,
            "lean_version": lean.lean_version,
            "mathlib_revision": lean.mathlib_revision,
        }

    @app.get("/metrics", tags=["State"], response_class=Response)
    def metrics() -> Response:  # in a thread: it asks the system about each process
        """Counts for Prometheus."""
        return Response(service.metrics.text(), headers={"content-type": CONTENT_TYPE})


async def _not_valid(request: Request, error: Exception) -> Response:
    """One line for the first thing that is wrong with the body."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"] if part != "body")
    problem = first["msg"].removeprefix("Value error, ")
    return JSONResponse({"detail": f"{place or 'body'}: {problem}"}, 422)


async def _defect(request: Request, error: Exception) -> Response:
    return JSONResponse({"detail": f"internal error: {type(error).__name__}"}, 500)

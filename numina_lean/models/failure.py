"""What an error status of an endpoint means: for the run, for the request, or for this attempt.

Retried are 408, 409, 429, 5xx, lost connections and time-outs, since the same request may do
better later. The wording of servers is read in one case only: what is too long for a model has no
status code of its own.
"""

import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

import openai

from numina_lean.models.model import ModelError, ModelUnavailableError
from numina_lean.models.retry import TransientError

_RETRIED = frozenset({408, 409, 425, 429})
_ENDS_RUN = {
    401: "does not accept the key. Set NUMINA_LEAN_API_KEY",
    402: "asks for payment",
    404: "has no such model or address. Check the model's name and --base-url",
}
_TOO_LONG = re.compile(
    r"context_length_exceeded|context (length|window|size)|maximum (model|sequence|input) length"
    r"|max_model_len|(prompt|input|request) (is )?too (long|large)|too many (input )?tokens",
    re.IGNORECASE,
)


def failure_of(error: openai.APIStatusError, name: str) -> Exception:
    """What to raise for an answer with an error status."""
    status = error.status_code
    detail = f"{name}: HTTP {status}: {_said(error)}"
    if status == 429 and error.code == "insufficient_quota":
        return ModelUnavailableError(f"{detail}. The endpoint's quota is used up")
    if status in _RETRIED or status >= 500:
        return TransientError(detail, requested_pause(error.response.headers))
    if status in _ENDS_RUN:
        return ModelUnavailableError(f"{name}: the endpoint {_ENDS_RUN[status]} ({detail})")
    if status == 413 or _TOO_LONG.search(f"{error.code} {_said(error)}"):
        return ModelError("too_long", detail)
    return ModelError("refused", detail)


def requested_pause(headers: Mapping[str, str], now: float | None = None) -> float | None:
    """The seconds that the server asks to wait: `retry-after-ms`, or `Retry-After` in seconds or
    as a date. None where it asks for nothing that can be read.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    after = headers.get("retry-after")
    seconds = _number(after)
    if seconds is not None or after is None:
        return seconds
    try:
        moment = parsedate_to_datetime(after).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
    return max(0.0, moment - (time.time() if now is None else now))


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text is not None else None
    except ValueError:
        return None
    return number if number is not None and 0 <= number < float("inf") else None


def _said(error: openai.APIStatusError) -> str:
    """The server's own words, in one line."""
    body = error.body
    if isinstance(body, dict):
        inner = body.get("error", body)
        words = inner.get("message", inner.get("detail")) if isinstance(inner, dict) else inner
        body = words or body
    return " ".join(str(body or error.message).split())[:500]

"""Types of the fields that requests of both forms have."""

from typing import Annotated

from pydantic import AfterValidator, Field


def _sayable(text: str) -> str:
    """JSON can spell half a character; what Lean got in its place would be another source."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("has a lone surrogate, which is no character") from None
    return text


Text = Annotated[str, AfterValidator(_sayable)]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False, description="Seconds for each source")]

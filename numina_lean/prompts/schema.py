"""JSON schemas as the text that a prompt carries: closed objects, every field required."""

import json
from collections.abc import Mapping

Schema = Mapping[str, object]

TEXT: Schema = {"type": "string"}
TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
TRUTH: Schema = {"type": "boolean"}


def one_of(values: tuple[str, ...]) -> Schema:
    return {"type": "string", "enum": list(values)}


def many(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def record(**fields: Schema) -> Schema:
    """An object with exactly these fields, in this order."""
    return {
        "type": "object",
        "properties": dict(fields),
        "required": list(fields),
        "additionalProperties": False,
    }


def text(schema: Schema) -> str:
    return json.dumps(schema, ensure_ascii=False)

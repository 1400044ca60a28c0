"""The functions that a problem defines: in an order that Lean takes, and written out."""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from numina_lean.translate.rules.decline import DeclineError
from numina_lean.translate.rules.expression import (
    Apply,
    Call,
    Expression,
    Node,
    Relation,
    Symbol,
    substitute,
    walk,
)
from numina_lean.translate.rules.meaning import Definition


def expand(node: Node, definitions: Sequence[Definition]) -> Node:
    """`node` with every call replaced by the defined body; leaves unknown calls."""
    table = {definition.name: definition for definition in definitions}

    def visit(part: Node, depth: int) -> Node:
        if isinstance(part, Call) and part.name in table and depth < 12:
            definition = table[part.name]
            args = [visit(arg, depth) for arg in part.args]
            if len(args) != len(definition.parameters):
                raise DeclineError("unparsed_text", "a function with the wrong number of arguments")
            body: Node = definition.body
            fresh = [f"{name}_arg" for name in definition.parameters]
            for name, temporary in zip(definition.parameters, fresh, strict=True):
                body = substitute(body, name, Symbol(temporary))
            for temporary, arg in zip(fresh, args, strict=True):
                body = substitute(body, temporary, cast(Expression, arg))
            return visit(body, depth + 1)
        if isinstance(part, Apply | Call):
            return replace(
                part, args=tuple(cast(Expression, visit(arg, depth)) for arg in part.args)
            )
        if isinstance(part, Relation):
            left, right = visit(part.left, depth), visit(part.right, depth)
            return Relation(part.name, cast(Expression, left), cast(Expression, right))
        return part

    return visit(node, 0)


def in_order(definitions: Sequence[Definition]) -> list[Definition]:
    """Each definition after those that its body uses; declines definitions in a circle."""
    waiting = list(definitions)
    done: list[Definition] = []
    while waiting:
        names = {item.name for item in waiting}
        ready = [
            item
            for item in waiting
            if not any(isinstance(part, Call) and part.name in names for part in walk(item.body))
        ]
        if not ready:
            raise DeclineError("unsupported_notion", "functions defined by each other")
        done.append(ready[0])
        waiting.remove(ready[0])
    return done

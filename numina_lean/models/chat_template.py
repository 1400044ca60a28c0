"""A prompt as the tokens that a model was trained to read, by its tokenizer's chat template."""

from collections.abc import Sequence
from typing import Protocol

from numina_lean.models.model import ModelError, ModelUnavailableError, Prompt

NO_TEMPLATE = (
    "the tokenizer has no chat template, so nothing says how the model is asked. "
    "Add one to its folder as chat_template.jinja"
)


class Tokenizer(Protocol):
    """What is needed of a tokenizer; those of transformers and of vLLM have it."""

    def apply_chat_template(
        self, conversation: list[dict[str, str]], /, **options: bool
    ) -> object: ...

    def encode(self, text: str, /, *, add_special_tokens: bool) -> Sequence[int]: ...


def prompt_tokens(tokenizer: Tokenizer, prompt: Prompt) -> list[int]:
    """The tokens of the prompt, up to where the model goes on.

    They end with the prefill, byte for byte. Templates that change an answer's text (strip it,
    take its thoughts away) are given an empty answer instead, which the prefill then follows.
    Raises `ModelError("refused")` where the template does not take such turns.

    Bare text, a prompt without messages, gets no template around it.
    """
    bare = not prompt.messages
    return list(tokenizer.encode(prompt_text(tokenizer, prompt), add_special_tokens=bare))


def prompt_text(tokenizer: Tokenizer, prompt: Prompt) -> str:
    """The prompt in the template's words, special tokens written out."""
    turns = [{"role": turn.role, "content": _sound(turn.content)} for turn in prompt.messages]
    prefill = _sound(prompt.prefill)
    if not turns:
        return prefill
    if prefill:
        answer = {"role": "assistant", "content": prefill}
        try:
            text = _render(tokenizer, [*turns, answer], continue_final_message=True)
        except ModelError:
            text = ""
        if text.endswith(prefill):
            return text
    return _render(tokenizer, turns, add_generation_prompt=True) + prefill


def require_template(tokenizer: object, name: str) -> None:
    """Raises `ModelUnavailableError` where the tokenizer has no chat template."""
    if not getattr(tokenizer, "chat_template", None):
        raise ModelUnavailableError(f"{name}: {NO_TEMPLATE}")


def require_room(name: str, tokens: int, context: int) -> None:
    """Raises `ModelError("too_long")` where a prompt leaves no room for a token of answer."""
    if tokens >= context:
        detail = f"the prompt has {tokens} tokens, and the model takes {context} with the answer"
        raise ModelError("too_long", f"{name}: {detail}")


def _render(tokenizer: Tokenizer, turns: list[dict[str, str]], **options: bool) -> str:
    try:
        return str(tokenizer.apply_chat_template(turns, tokenize=False, **options))
    except Exception as error:  # a template is a program, and fails as it likes
        raise ModelError("refused", f"the chat template does not take it: {error}") from error


def _sound(text: str) -> str:
    """Without lone surrogates, which tokenizers refuse."""
    return text.encode(errors="replace").decode()

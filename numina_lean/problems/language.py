"""Whether a problem's words are English: by their letters, then by its small words.

Says nothing about a text of few words or of formulas alone, which any language could have
written. Covers other scripts, and the European languages that contest collections come in.
"""

import re

# Bounded: a text of openings that nothing closes is not searched to its end from each.
_MATHS = re.compile(
    r"\$\$.{0,1999}?\$\$|\$[^$]*\$|\\\[.{0,1999}?\\\]|\\\(.{0,1999}?\\\)"
    r"|\[asy\].{0,9999}?\[/asy\]|\\[A-Za-z]+|https?://\S+",
    re.DOTALL,
)
_FOREIGN_LETTERS = re.compile(
    "[\u0400-\u052f\u0590-\u06ff\u0900-\u0dff\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)
_LETTERS = re.compile(r"[^\W\d_]")
_WORDS = re.compile(r"[^\W\d_]{2,}")
_FOREIGN_SHARE = 0.1
_FEWEST_WORDS = 5

_ENGLISH_WORDS = (
    "the of and is that for be with are if let find prove show what how many all such there it "
    "which to has have this from at by each where when determine given value number on in as"
)
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
_PLAINLY_ENGLISH = (" the ", " of ", " is ", " and ", " that ", " for ", " with ")
_PLAIN_WORDS = 3
_OTHERS = {
    "French": "le la les des une est que soit soient dans pour qui avec sur par montrer trouver "
    "déterminer tels tel telle nombre entier entiers du et on il aux deux tout",
    "Spanish": "el la los las una que sea sean en para con del por se hallar determinar demostrar "
    "demuestre número números enteros todos tal es si cuántos cuál como",
    "Portuguese": "os as uma que seja sejam em para com do da dos das por se encontre determine "
    "prove número números inteiros todos tal é não quantos qual como",
    "German": "der die das und ist von sei seien ein eine mit für dass alle zahlen zahl man auf "
    "im den dem zeige beweise bestimme sind sich wie viele gilt",
    "Italian": "il lo la gli le una che sia siano di per con del della dei numero numeri interi "
    "trovare dimostrare determinare tutti tale quanti si è nel",
    "Dutch": "de het een van en is dat voor met zijn zij bewijs bepaal alle getallen getal hoeveel",
    "Polish": "że jest się na oraz dla liczba liczb liczby dowieść wykazać wyznaczyć takie które "
    "niech są wszystkie",
    "Romanian": "să se și este fie pentru că numere numărul care determine arătați demonstrați din",
    "Turkish": "bir ve için olan ile kaç olmak üzere gösterin sayı sayısı tüm bulunuz",
    "Vietnamese": "cho và các của là có một số với chứng minh rằng tìm tất cả sao",
    "Czech": "je že pro na které čísla číslo najděte dokažte všechna nechť jsou které",
}
_SMALL_WORDS = {name: frozenset(words.split()) - _ENGLISH for name, words in _OTHERS.items()}


def foreign_language(text: str) -> str | None:
    """The language or the letters of `text` where it is not English, else None."""
    if not text.isascii() and _foreign_letters(text):
        return "letters of another script"
    if sum(word in text for word in _PLAINLY_ENGLISH) >= _PLAIN_WORDS:
        return None
    words = [word.lower() for word in _WORDS.findall(_MATHS.sub(" ", text))]
    if len(words) < _FEWEST_WORDS:
        return None
    english = sum(word in _ENGLISH for word in words)
    if 5 * english >= len(words):
        return None
    counts = {name: sum(word in small for word in words) for name, small in _SMALL_WORDS.items()}
    name, count = max(counts.items(), key=lambda item: item[1])
    return name if count > english and 6 * count >= len(words) else None


def _foreign_letters(text: str) -> bool:
    foreign = len(_FOREIGN_LETTERS.findall(text))
    return foreign > 0 and foreign >= _FOREIGN_SHARE * len(_LETTERS.findall(_MATHS.sub(" ", text)))

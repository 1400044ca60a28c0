"""Turn competition mathematics into verified Lean 4, and drive the NuminaMath stack around it."""

__version__ = "0.1.0"

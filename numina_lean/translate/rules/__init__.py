"""The translator that needs no model: a grammar of competition prose and of its formulas."""

from numina_lean.translate.rules.translator import RulesTranslator

__all__ = ["RulesTranslator"]

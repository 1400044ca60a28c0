"""Verdicts kept from run to run: `place` and `store` hold them, `pool` answers with them."""

"""Faults on purpose: the whole platform under load while its parts are killed, frozen, starved and lied to."""

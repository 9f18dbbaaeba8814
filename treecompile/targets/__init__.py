"""Targets: one language each, as a template and the few things a language decides."""

"""Registers of many makes, drawn at random: which of their tables `template new` finds."""

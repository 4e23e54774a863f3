"""Tokens: every way of cutting Korean text, behind one protocol."""

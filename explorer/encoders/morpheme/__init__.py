"""Encoders whose pieces are morphemes."""

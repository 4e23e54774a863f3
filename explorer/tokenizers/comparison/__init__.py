"""Tokenizers side by side: alignment, metrics, gold boundaries, report and page."""

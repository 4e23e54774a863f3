"""Test sets of words in their sentences and of whole sentences: read, asked of a model, scored."""

"""Masked modelling: recipe, loop, batches, vocabulary."""

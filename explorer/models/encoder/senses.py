"""Senses of a word; they belong to every contextual model and live in :mod:`explorer.models.senses`."""

from explorer.models.clusters import centred, cluster, medoids, silhouette
from explorer.models.senses import Senses

__all__ = ["Senses", "centred", "cluster", "medoids", "silhouette"]

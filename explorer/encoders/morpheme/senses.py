"""Senses of a word; they belong to every contextual model and live in :mod:`explorer.encoders.senses`."""

from explorer.encoders.clusters import centred, cluster, medoids, silhouette
from explorer.encoders.senses import Senses

__all__ = ["Senses", "centred", "cluster", "medoids", "silhouette"]

"""Word vectors: documents to token shards to a vocabulary to vectors, and the ones that ship."""

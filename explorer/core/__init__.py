"""What every stage uses, and nothing that knows Korean: errors, registry, progress, store."""

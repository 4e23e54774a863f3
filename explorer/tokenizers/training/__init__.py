"""Sub-word tokenizers learnt from texts."""

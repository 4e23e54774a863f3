"""How records look: HTML for notebooks, lines for terminals, SVG. It is given plain values and knows no room but ``core`` and ``text``."""

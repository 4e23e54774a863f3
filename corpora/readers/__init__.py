"""One file a format; :func:`corpora.readers.reading.read_input` looks at the content and chooses."""

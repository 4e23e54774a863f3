"""Encoders trained here: masked modelling over morphemes or word pieces, and the small one that ships."""

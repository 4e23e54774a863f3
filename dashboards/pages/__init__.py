"""The pages, one module each.

A view is a module with

* ``PATH`` — its address, e.g. ``"/tokens"``
* ``NAME`` — the i18n key of its name, ``"tokens.name"``; ``tokens.nav``, ``tokens.title`` and ``tokens.lead`` belong to it
* ``ORDER`` — its place in the navigation; ``ICON`` — a name of assets/icons.css
* ``USES_MODEL`` — whether the shell shows the model select above it
* ``layout(**query)`` — the page for a query string (read with :func:`dashboards.kit.url.decode`; anything may come), cheap:
  it opens nothing, its callbacks do
* ``register(app)`` — its callbacks, on the app it is given. Bodies are short: parse, ask the library, hand to figures.

Sentences come from :func:`dashboards.kit.i18n.text` (files ``i18n/ko/VIEW.json`` and ``i18n/en/VIEW.json``). What takes long
comes from :mod:`dashboards.app.state` inside :func:`dashboards.kit.components.guarded`, with ``Input(ids.READY, "data")`` among the
callback's inputs so that the page fills in when it is there. Figures take the colours of ``Input(ids.SCHEME,
"computedColorScheme")``. A view writes its address by giving ``url.encode(...)`` to ``Output(ids.address(VIEW), "data")``.
The name of a view goes into ``VIEWS`` of :mod:`dashboards.app.application`.
"""

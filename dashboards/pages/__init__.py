"""The pages, one folder each: ``page.py`` and what it needs, its sentences, its style.

A view is a module with

* ``PATH`` — its address, e.g. ``"/tokens"``
* ``NAME`` — the i18n key of its name, ``"tokens.name"``; ``tokens.nav``, ``tokens.title`` and ``tokens.lead`` belong to it
* ``ICON`` — a name of assets/icons.css
* ``SEARCHES`` — set by the page that has the search in its middle instead of in the header
* ``USES_MODEL`` — whether it asks one static model: it then has the select of :mod:`dashboards.app.models` under its title
* ``STEADY`` — set by pages whose ``layout`` is steady (:mod:`dashboards.kit.steady`)
* ``FIELDS`` — what its address may say, by name (:class:`dashboards.kit.url.Field`); every control of the page is among them
* ``IN_PATH`` — if what follows its address is a value, which of the fields: ``/word/왕``
* ``CARDS`` — the answers that can be taken along, by name (:class:`dashboards.kit.taking.Take`)
* ``layout(**query)`` — the page for a query string (read with :func:`dashboards.kit.url.decode`; anything may come), cheap:
  it opens nothing, its callbacks do
* ``register(app)`` — its callbacks, on the app it is given. Bodies are short: parse, ask the library, hand to figures.

Sentences come from :func:`dashboards.kit.i18n.text` (``text.ko.json`` and ``text.en.json`` beside the page). What takes long
comes from :mod:`dashboards.app.state` inside :func:`dashboards.kit.components.guarded`, with ``Input(ids.READY, "data")`` among the
callback's inputs so that the page fills in when it is there. A callback whose answer follows from its inputs and from what is stored is
registered as :func:`dashboards.kit.steady.steady`: it is then answered from memory when the same is asked again. Figures take the colours of ``Input(ids.SCHEME,
"computedColorScheme")``. A view writes its address by giving ``url.encode(...)`` to ``Output(ids.address(VIEW), "data")``.
Its place in ``GROUPS`` of :mod:`dashboards.app.application` is its place in the navigation.
"""

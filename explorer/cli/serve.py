"""The dashboard, from the shell."""

from __future__ import annotations

import click


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 lets others in.")
@click.option("--port", default=8050, show_default=True, type=click.IntRange(0, 65535), help="0 picks a free one.")
@click.option("--open/--no-open", "open_browser", default=True, help="Open the page in the browser once it answers.")
def serve(host: str, port: int, open_browser: bool) -> None:
    """Open the dashboard. Everything it needs at first is here: no network, no download, no GPU."""
    from dashboards.app.application import serve as run
    from dashboards.app.hosts import is_loopback

    if not is_loopback(host):
        click.echo(
            f"--host {host}: everyone who reaches this address can read the stored corpora and models and start work on this "
            "machine; there is no password",
            err=True,
        )
    run(host=host, port=port, open_browser=open_browser)

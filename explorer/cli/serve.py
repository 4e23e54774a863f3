"""The dashboard, from the shell."""

from __future__ import annotations

import click


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 lets others in.")
@click.option("--port", default=8050, show_default=True, type=click.IntRange(0, 65535), help="0 picks a free one.")
@click.option("--open/--no-open", "open_browser", default=True, help="Open the page in the browser once it answers.")
@click.option(
    "--token",
    help="What one needs to enter.  [default: a new one that the link holds, where others reach the address; none on this computer alone]",
)
@click.option("--no-token", is_flag=True, help="Let in everybody who reaches the address.")
@click.option("--metrics-token", help="What one needs to read /metrics.  [default: the same as for all else]")
@click.option("--together", is_flag=True, help="On a shared server all work in one place, instead of each person apart.")
@click.option("--public", is_flag=True, help="For looking only: nothing can be added, trained or removed.")
def serve(
    host: str,
    port: int,
    open_browser: bool,
    token: str | None,
    no_token: bool,
    metrics_token: str | None,
    together: bool,
    public: bool,
) -> None:
    """Open the dashboard. Everything it needs at first is here: no network, no download, no GPU."""
    from dashboards.app.access import check_token, new_token
    from dashboards.app.application import serve as run
    from dashboards.app.hosts import is_loopback
    from explorer.core import settings

    if no_token and token is not None:
        raise click.UsageError("--token and --no-token exclude each other")
    if public:
        settings.set_public()
    if together:
        settings.set_together()
    chosen = "" if no_token else settings.token() if token is None else check_token(token)
    if not (chosen or no_token or is_loopback(host)):
        chosen = new_token()
    if not (chosen or is_loopback(host)):
        click.echo(
            f"--host {host} --no-token: everyone who reaches this address can read the stored corpora and models"
            + ("" if public else " and start work on this machine"),
            err=True,
        )
    metrics = settings.metrics_token() if metrics_token is None else check_token(metrics_token)
    run(host=host, port=port, open_browser=open_browser, token=chosen, metrics_token=metrics)

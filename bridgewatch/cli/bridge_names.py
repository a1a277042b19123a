"""The arguments that name bridges, which a shell completes from the settings."""

from typing import Annotated

import typer

from bridgewatch.settings import SettingsError, load_settings


def known(context: typer.Context, incomplete: str) -> list[str]:
    """Give the names of the settings' bridges that begin so; none if the settings are wrong."""
    try:
        settings = load_settings(context.params.get("settings"))
    except SettingsError:
        return []
    return [bridge.name for bridge in settings.bridges if bridge.name.startswith(incomplete)]


OneBridge = Annotated[str, typer.Argument(help="The bridge's name.", autocompletion=known)]
Bridges = Annotated[
    list[str] | None,
    typer.Argument(help="The bridges' names; all of them without.", autocompletion=known),
]

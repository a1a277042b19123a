"""`bridgewatch preflight`: whether a deployment will work, before it is made."""

from pathlib import Path
from typing import Annotated

import typer

from bridgewatch.cli.failures import FAILED, WRONG_USAGE, CommandError, one_sentence
from bridgewatch.settings import load_settings

MARKS = {True: "ok", False: "FAILED", None: "-"}


def preflight(
    *,
    settings: Annotated[
        Path | None, typer.Option(help="The settings, if not those in cdk.json.")
    ] = None,
    profile: Annotated[str | None, typer.Option(help="The AWS profile.")] = None,
    region: Annotated[str | None, typer.Option(help="The AWS region.", envvar="AWS_REGION")] = None,
) -> None:
    """Check what a deployment needs, without changing anything.

    The credentials, the region, whether this account may use Timestream if the history is to be
    there, whether a living deployment keeps its store, the CDK's bootstrap, the API keys, and one
    live look at each source with the statuses that it told. `make deploy` does it first.
    """
    with one_sentence():
        loaded = load_settings(settings)
        # Imported here: boto3 takes a third of a second.
        import boto3  # noqa: PLC0415
        from botocore.exceptions import ProfileNotFound  # noqa: PLC0415

        from bridgewatch import preflight as checks  # noqa: PLC0415

        try:
            session = boto3.Session(profile_name=profile, region_name=region)
            # The poller's code, which looks at the sources, reads API keys through the default one.
            boto3.setup_default_session(profile_name=profile, region_name=region)
        except ProfileNotFound as error:
            raise CommandError(f"{error}: name another --profile.", WRONG_USAGE) from error
        failed = 0
        for result in checks.preflight(loaded, session):
            typer.echo(f"{MARKS[result.passed]:<8}{result.name:<20}  {result.told}")
            failed += result.passed is False
        if failed:
            checks_failed = "1 check" if failed == 1 else f"{failed} checks"
            raise CommandError(f"{checks_failed} failed: fix that, then run it again.", FAILED)
        typer.echo("Ready to deploy.")

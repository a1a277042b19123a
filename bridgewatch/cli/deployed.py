"""What a deployment made, by the stable names of its stacks' outputs."""

from typing import TYPE_CHECKING

from bridgewatch.cli.failures import FAILED, CommandError

if TYPE_CHECKING:
    from lambdas.aws import Connection


def poller_outputs(connection: "Connection", deployment: str) -> dict[str, str]:
    """Read the outputs of the poller's stack (see `outputs`)."""
    return outputs(connection, deployment, "poller")


def outputs(connection: "Connection", deployment: str, stack_name: str) -> dict[str, str]:
    """Read the outputs of a stack.

    :param stack_name: its name without the deployment's before it.
    :raises CommandError: if there is none, it has none yet, or AWS does not say.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - takes long

    name = f"{deployment}-{stack_name}"
    client = connection.session().client("cloudformation", endpoint_url=connection.endpoint_url)
    try:
        [stack] = client.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        told = error.response["Error"]
        raise CommandError(
            f"The stack {name} cannot be read ({told['Message']}): is it deployed in this account "
            "and region?",
            FAILED,
        ) from error
    except BotoCoreError as error:
        raise CommandError(f"AWS cannot be reached: {error}", FAILED) from error
    if not stack.get("Outputs"):
        raise CommandError(
            f"The stack {name} is not deployed: it is in {stack['StackStatus']} (`preflight` says "
            "what is in its way).",
            FAILED,
        )
    return {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}

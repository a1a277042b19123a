"""A handler's context without its runtime, for those who call a handler in their own process."""

from __future__ import annotations

from types import SimpleNamespace


def context(function_name: str, seconds: int) -> SimpleNamespace:
    """Make what AWS hands to a handler beside the event, as far as a handler looks at it.

    https://docs.aws.amazon.com/lambda/latest/dg/python-context.html

    :param seconds: how much time there is always left.
    """
    return SimpleNamespace(
        function_name=function_name,
        memory_limit_in_mb=256,
        aws_request_id="1",
        invoked_function_arn=f"arn:aws:lambda:eu-west-1:1:function:{function_name}",
        tenant_id=None,
        get_remaining_time_in_millis=lambda: seconds * 1000,
    )

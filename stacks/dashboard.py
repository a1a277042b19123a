"""A dashboard: what a deployment does, on one page, without a single Timestream query."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from stacks.alarms import unobserved

if TYPE_CHECKING:
    from aws_cdk import aws_lambda as lambda_
    from aws_cdk import aws_sqs as sqs

HALF = 12
"""Of the 24 columns of a dashboard."""


class Dashboard(Construct):
    """A CloudWatch dashboard; an account's fourth costs 3 USD a month.

    :param deployment: the deployment's name: the dashboard's, and the namespace of the functions'
        metrics.
    :param poller: the function that polls.
    :param queue: holds records that the store did not take.
    :param dead_letters: holds records that were given up.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deployment: str,
        poller: lambda_.IFunction,
        queue: sqs.IQueue,
        dead_letters: sqs.IQueue,
    ) -> None:
        super().__init__(scope, construct_id)
        hour = Duration.hours(1)
        written = cloudwatch.Metric(
            namespace=deployment,
            metric_name="RecordsWritten",
            dimensions_map={"service": "poller"},
            period=hour,
            statistic="Sum",
        )
        cloudwatch.Dashboard(
            self,
            "Resource",
            dashboard_name=deployment,
            default_interval=Duration.days(7),
            widgets=[
                [
                    _graph("Bridges not observed", unobserved(deployment)),
                    _graph("Records written an hour", written),
                ],
                [
                    _graph("Poller errors", poller.metric_errors(period=hour)),
                    _graph(
                        "Duration of the poller's runs",
                        poller.metric_duration(period=hour, statistic="p50"),
                        poller.metric_duration(period=hour, statistic="p99"),
                    ),
                ],
                [
                    _graph(
                        "Messages in the queue",
                        queue.metric_approximate_number_of_messages_visible(statistic="Maximum"),
                    ),
                    _graph(
                        "Dead letters",
                        dead_letters.metric_approximate_number_of_messages_visible(
                            statistic="Maximum"
                        ),
                    ),
                ],
            ],
        )


def _graph(title: str, *metrics: cloudwatch.IMetric) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=list(metrics), width=HALF)

"""The stack of the page: one function, and CloudFront before it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aws_cdk import Acknowledgment, CfnOutput, Duration, Stack, Validations
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_pricingplanmanager as plans

from stacks.alarms import alarm
from stacks.bundle import bundle
from stacks.fuse import Fuse
from stacks.python_function import PythonFunction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import aws_sns as sns
    from constructs import Construct

    from stacks.dynamodb import DynamoDbStore

EDGE = Path(__file__).with_name("edge.js")

VISITED = ("Amazon CloudFront", "Amazon DynamoDB")
"""What visits are billed as, as Cost Explorer spells it, but for Lambda: most accounts spend there
on other things as well."""

MEMORY_MB = 512
"""More is faster and no dearer while a processor is what an answer waits for."""

ERROR_TTL = Duration.seconds(5)
"""How long CloudFront keeps an error that Lambda made: the page's own say it themselves."""


@dataclass(frozen=True, kw_only=True)
class OwnDomain:
    """A domain of one's own.

    :param name: the domain.
    :param certificate_arn: of its certificate in ACM, in us-east-1.
    """

    name: str
    certificate_arn: str


class PageStack(Stack):
    """The public page and API: CloudFront, which signs what it asks the function's URL.

    It keeps nothing: it can be deleted and deployed again at any time, under another address. There
    is no access log: who visits is nobody's business.

    :param deployment: the deployment's name, the prefix of the names in here.
    :param table: where recent observations and the beat are.
    :param configuration: what the function reads as `configuration.json`, as JSON values.
    :param concurrency: how many answers it may work on at a time; None keeps and limits nothing.
    :param log_retention_days: how long the function's log is kept.
    :param topic: where its alarm goes.
    :param fuse_usd: what visitors' services may cost the account in a month, in US dollars, before
        the page is shut, if it ever is: its function may read nothing then, and CloudFront keeps
        the error that it answers.
    :param domain: an own domain.
    :param web_acl_arn: a web ACL, with which the distribution is subscribed to the flat-rate plan
        Free.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deployment: str,
        table: DynamoDbStore,
        configuration: Mapping[str, Any],
        concurrency: int | None,
        log_retention_days: int,
        topic: sns.ITopic,
        fuse_usd: float | None = None,
        domain: OwnDomain | None = None,
        web_acl_arn: str | None = None,
    ) -> None:
        super().__init__(scope, construct_id, description="bridgewatch: the page")
        function = PythonFunction(
            self,
            "Page",
            function_name=f"{deployment}-page",
            description="Answers the page's visitors, from recent observations",
            code=bundle("page", configuration),
            handler="lambdas.page.handler.handler",
            environment={
                "BRIDGEWATCH_RECENT_TABLE": table.table_name,
                "BRIDGEWATCH_RECENT_DAYS": str(int(table.retention.to_days())),
            },
            metrics_namespace=deployment,
            service="page",
            timeout=Duration.seconds(10),
            memory_mb=MEMORY_MB,
            log_retention_days=log_retention_days,
            reserved=concurrency,
        ).function
        table.grant_read(function)
        distribution = self._distribution(deployment, function, domain, web_acl_arn)
        self._alarm(deployment, function, topic)
        if web_acl_arn:
            self._subscribe(distribution, web_acl_arn)
        if fuse_usd is not None and function.role:
            Fuse(
                self,
                "Fuse",
                monthly_usd=fuse_usd,
                services=VISITED,
                role=function.role,
                actions=table.read_actions,
                topic=topic,
            )
        CfnOutput(self, "PageDomain", value=domain.name if domain else distribution.domain_name)
        CfnOutput(self, "DistributionDomain", value=distribution.domain_name)
        CfnOutput(self, "PageName", value=function.function_name)

    def _distribution(
        self,
        deployment: str,
        function: lambda_.Function,
        domain: OwnDomain | None,
        web_acl_arn: str | None,
    ) -> cloudfront.Distribution:
        url = function.add_function_url(auth_type=lambda_.FunctionUrlAuthType.AWS_IAM)
        edge = cloudfront.Function(
            self,
            "Edge",
            function_name=f"{deployment}-page",
            comment="Writes the visitor's language into the path",
            code=cloudfront.FunctionCode.from_file(file_path=str(EDGE)),
            runtime=cloudfront.FunctionRuntime.JS_2_0,
        )
        distribution = cloudfront.Distribution(
            self,
            "Distribution",
            comment=f"bridgewatch: the page of {deployment}",
            default_behavior=cloudfront.BehaviorOptions(
                origin=origins.FunctionUrlOrigin.with_origin_access_control(
                    url,
                    # Visitors wait for it before they get what is kept.
                    read_timeout=Duration.seconds(10),
                ),
                # The managed one: a flat-rate plan takes no other.
                cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,
                allowed_methods=cloudfront.AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
                cached_methods=cloudfront.CachedMethods.CACHE_GET_HEAD_OPTIONS,
                viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
                compress=True,
                function_associations=[
                    cloudfront.FunctionAssociation(
                        event_type=cloudfront.FunctionEventType.VIEWER_REQUEST, function=edge
                    )
                ],
            ),
            error_responses=[
                cloudfront.ErrorResponse(http_status=status, ttl=ERROR_TTL)
                for status in (500, 502, 503, 504)
            ],
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            price_class=None if web_acl_arn else cloudfront.PriceClass.PRICE_CLASS_100,
            domain_names=[domain.name] if domain else None,
            certificate=acm.Certificate.from_certificate_arn(
                self, "Certificate", domain.certificate_arn
            )
            if domain
            else None,
            minimum_protocol_version=cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021
            if domain
            else None,
            web_acl_id=web_acl_arn,
        )
        self._answer_rules(distribution, domain, web_acl_arn)
        return distribution

    def _alarm(self, deployment: str, function: lambda_.Function, topic: sns.ITopic) -> None:
        alarm(
            self,
            "page-errors",
            deployment=deployment,
            description="The page answered visitors with an error of its own in 3 of 5 minutes: it "
            "cannot read recent observations, or crashed. Its log says why. Records are not "
            "concerned.",
            # https://docs.aws.amazon.com/lambda/latest/dg/urls-monitoring.html
            metric=function.metric("Url5xxCount", period=Duration.minutes(1), statistic="Sum"),
            comparison=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            threshold=0,
            topic=topic,
            datapoints=3,
            of=5,
        )

    def _subscribe(self, distribution: cloudfront.Distribution, web_acl_arn: str) -> None:
        plans.CfnSubscription(
            self,
            "Plan",
            plan_family="CloudFront",
            plan_tier="FREE",
            resource_arns=[distribution.distribution_arn, web_acl_arn],
        )

    @staticmethod
    def _answer_rules(
        distribution: cloudfront.Distribution, domain: OwnDomain | None, web_acl_arn: str | None
    ) -> None:
        answers = {
            "AwsSolutions-CFR1": "Whoever stands at a bridge may ask whether it is open, wherever "
            "the network says that they are.",
            "AwsSolutions-CFR3": "An access log would keep who visited, and a bucket for it; the "
            "metrics tell how many.",
        }
        if not web_acl_arn:
            answers["AwsSolutions-CFR2"] = (
                "A web ACL costs 5 USD a month, a hundred times the page: the function's reserved "
                "concurrency, the cache and the fuse cap what an attack costs. With the flat-rate "
                "plan there is one."
            )
        if not domain:
            answers["AwsSolutions-CFR4"] = (
                "CloudFront's own certificate sets the protocol of its own domain; an own domain "
                "has TLS 1.2 of 2021."
            )
        Validations.of(distribution).acknowledge(
            *(Acknowledgment(id=rule, reason=reason) for rule, reason in answers.items())
        )

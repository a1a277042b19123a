"""The page: whether there is one, and what it may cost."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from pydantic import Field
from slugify import slugify

from bridgewatch.settings.model import Model, Text, must

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bridgewatch.settings.bridges import Bridge

SLUG_CHARACTERS = 60
_SUFFIX = 6

CertificateArn: TypeAlias = Annotated[
    str,
    must(
        "be the ARN of a certificate in us-east-1: CloudFront takes no other",
        r"arn:aws:acm:us-east-1:[0-9]{12}:certificate/[0-9a-f-]+",
    ),
]
WebAclArn: TypeAlias = Annotated[
    str,
    must(
        "be the ARN of a web ACL of CloudFront's, in us-east-1",
        r"arn:aws:wafv2:us-east-1:[0-9]{12}:global/webacl/[\w-]+/[0-9a-f-]+",
    ),
]
DomainName: TypeAlias = Annotated[
    str,
    must("be a domain, such as bridges.example.org", r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]+"),
]


class Domain(Model):
    """An own domain for the page."""

    name: DomainName = Field(description="The domain; its DNS record is yours to make.")
    certificate: CertificateArn = Field(
        description="The ARN of its certificate in ACM, in us-east-1."
    )


class Page(Model):
    """A public page of the bridges, with an API."""

    title: Text = Field(default="Bridges", description="What the page is called.")
    concurrency: int = Field(
        default=5,
        ge=1,
        le=100,
        description="How many answers the page's function may work on at a time; more visitors get "
        "what CloudFront keeps, or a 429. A cap on what it costs. Without `reserve_concurrency` it "
        "is not kept, and not a cap.",
    )
    monthly_visits: int = Field(
        default=10_000,
        ge=0,
        le=1_000_000_000,
        description="What `python -m bridgewatch cost` and the budget reckon with.",
    )
    domain: Domain | None = Field(
        default=None, description="An own domain; by default, one of CloudFront's."
    )
    flat_rate_web_acl: WebAclArn | None = Field(
        default=None,
        description="The ARN of a web ACL: subscribe the page to CloudFront's flat-rate plan Free, "
        "which costs nothing however many come, and demands one "
        "([how](page.md#the-flat-rate-plan)).",
    )


def as_page(value: Any) -> Any:  # noqa: ANN401 - whatever was typed
    """Read `true` as a page of the defaults, and `false` as none."""
    if value is True:
        return {}
    return None if value is False else value


def slugs(bridges: Sequence[Bridge]) -> list[str]:
    """Give what addresses call the bridges: `gota-alvbron` for Göta älvbron; each once.

    A slug comes from the name alone, and the first of those who share one keeps it, so that another
    bridge at the end of the settings changes none.
    """
    taken: set[str] = set()
    found = []
    for bridge in bridges:
        slug = slugify(bridge.name, max_length=SLUG_CHARACTERS) or "bridge"
        if slug in taken or not re.search("[a-z]", slug):
            digest = hashlib.sha256(bridge.name.encode()).hexdigest()
            slug = f"{slug}-{digest[:_SUFFIX]}"
        taken.add(slug)
        found.append(slug)
    return found

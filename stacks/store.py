"""What the other stacks have to know of a store, whichever it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_iam as iam
    from aws_cdk import aws_kms as kms


class Store(Protocol):
    """Where the history is: who may write and read, and what writers have to know."""

    @property
    def title(self) -> str:
        """Its name in words."""

    @property
    def service(self) -> str:
        """Its name as Cost Explorer spells it."""

    @property
    def environment(self) -> dict[str, str]:
        """What a function has to know to write to it, as environment variables."""

    @property
    def key(self) -> kms.IKey | None:
        """The customer-managed key that it is encrypted with, if it is."""

    @property
    def read_actions(self) -> Sequence[str]:
        """The actions that cost money when someone reads."""

    def grant_write(self, grantee: iam.IGrantable) -> iam.Grant:
        """Let `grantee` write records, and nothing else of the service."""

    def grant_read(self, grantee: iam.IGrantable) -> iam.Grant:
        """Let `grantee` read the history, and nothing else of the service."""

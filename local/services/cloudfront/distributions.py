"""The distributions that are deployed, each on a port."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Any

from local.services.cloudfront.cache import CACHING_OPTIMIZED, Answer
from local.services.cloudfront.edge_function import EdgeFunction
from local.services.cloudfront.front import Front, FrontServer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from embedded_timestream.clock import Clock
    from local.services.cloudfront.front import Counts, Visited
    from local.services.cloudfront.function_url import FunctionUrls


class Distributions:
    """Opens and closes them.

    :param port: where the first one is served; a free port for it if that is taken, and for others.
    :param opened: is told the address of each.
    :param visited: is told of each answer to a visitor.
    """

    def __init__(
        self,
        urls: FunctionUrls,
        clock: Clock,
        *,
        port: int,
        opened: Callable[[str], None],
        visited: Visited,
    ) -> None:
        self._visited = visited
        self._urls = urls
        self._clock = clock
        self._port = port
        self._opened = opened
        self._open: dict[str, tuple[FrontServer, EdgeFunction | None]] = {}
        self.functions: dict[str, str] = {}
        """The code of CloudFront functions, by their ARN."""

    def open(self, arn: str, config: Mapping[str, Any]) -> str:
        """Serve a distribution, or serve it otherwise; give its address without a scheme.

        :param config: the DistributionConfig of its template.
        :raises NotImplementedError: naming what the embedded cloud lacks of it.
        """
        behavior = config["DefaultCacheBehavior"]
        if config.get("CacheBehaviors") or len(config["Origins"]) != 1:
            raise NotImplementedError("the embedded cloud knows distributions of one behaviour")
        if behavior.get("CachePolicyId") != CACHING_OPTIMIZED:
            raise NotImplementedError("the embedded cloud knows the policy CachingOptimized only")
        (origin,) = config["Origins"]
        signer = arn if origin.get("OriginAccessControlId") else None

        def ask(method: str, path: str, headers: Mapping[str, str]) -> Answer:
            return self._urls.invoke(origin["DomainName"], method, path, headers, signer)

        associations = behavior.get("FunctionAssociations") or []
        function = (
            EdgeFunction(self.functions[associations[0]["FunctionARN"]]) if associations else None
        )
        front = Front(
            ask,
            self._clock,
            methods=frozenset(behavior.get("AllowedMethods") or ("GET", "HEAD")),
            error_ttls={
                int(one["ErrorCode"]): int(one["ErrorCachingMinTTL"])
                for one in config.get("CustomErrorResponses") or []
            },
            function=function,
            visited=self._visited,
        )
        port = self._port if not self._open else 0
        if arn in self._open:
            port = int(self._open[arn][0].address.rpartition(":")[2])
            self.close(arn)
        server = _serve(front, port)
        self._open[arn] = server, function
        self._opened(f"http://{server.address}/")
        return server.address

    def close(self, arn: str) -> None:
        """Serve a distribution no more."""
        server, function = self._open.pop(arn)
        server.close()
        if function:
            function.close()

    def close_all(self) -> None:
        """Serve none any more."""
        for arn in list(self._open):
            self.close(arn)

    @property
    def addresses(self) -> list[str]:
        """Where they are."""
        return [f"http://{server.address}" for server, _ in self._open.values()]

    @property
    def counts(self) -> list[Counts]:
        """What is billed of each."""
        return [server.front.counts for server, _ in self._open.values()]


def _serve(front: Front, port: int) -> FrontServer:
    try:
        return FrontServer(front, port)
    except OSError as error:
        if error.errno != errno.EADDRINUSE or not port:
            raise
        return FrontServer(front)

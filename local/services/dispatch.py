"""What moto looks up anew for each request, and which never changes: half of a request's time.

Seen with moto 5.2.5: it lists its own directory to tell a service from a host's name, and inspects
the class that answers for its methods.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from moto.core import responses
from moto.core.utils import method_names_from_class
from moto.moto_server.werkzeug_app import DomainDispatcherApplication

if TYPE_CHECKING:
    from local.services.patches import Patches


def install(patches: Patches) -> None:
    """Let moto remember that until `patches` is closed; after everything that adds methods."""
    patches.replace(
        DomainDispatcherApplication,
        "get_backend_for_host",
        cache(DomainDispatcherApplication.get_backend_for_host),
    )
    patches.replace(responses, "method_names_from_class", cache(method_names_from_class))

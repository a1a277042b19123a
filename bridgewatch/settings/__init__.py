"""The settings: everything that differs between two deployments.

People type them, as the context key `bridgewatch` of cdk.json or as a file of their own, so the
model checks them to the last detail and answers a mistake with one sentence (`SettingsError`).

    deployment  all of them (`Settings`), and where they contradict each other
    bridges, sources, storage, alarms, budget, notify, page    one part each
    model       what the parts are made of
    reading     from a file to `Settings`, or to the sentence

A library: it imports nothing else of this project.
"""

from bridgewatch.settings.alarms import Alarms
from bridgewatch.settings.bridges import Bridge
from bridgewatch.settings.budget import SERVICES, Budget
from bridgewatch.settings.deployment import Settings
from bridgewatch.settings.notify import Notify
from bridgewatch.settings.page import Page
from bridgewatch.settings.reading import CDK_JSON, SettingsError, load_settings, parse_settings
from bridgewatch.settings.sources import NDW_URL, JsonSource, Key, NdwSource, source_types
from bridgewatch.settings.storage import (
    MAGNETIC_STORE_DAYS,
    MEMORY_STORE_HOURS,
    DynamoDbStorage,
    Storage,
    TimestreamStorage,
)

__all__ = [
    "CDK_JSON",
    "MAGNETIC_STORE_DAYS",
    "MEMORY_STORE_HOURS",
    "NDW_URL",
    "SERVICES",
    "Alarms",
    "Bridge",
    "Budget",
    "DynamoDbStorage",
    "JsonSource",
    "Key",
    "NdwSource",
    "Notify",
    "Page",
    "Settings",
    "SettingsError",
    "Storage",
    "TimestreamStorage",
    "load_settings",
    "parse_settings",
    "source_types",
]

"""What the JSON documents hold, as OpenAPI 3.1: `/api/openapi.json`."""

from __future__ import annotations

from typing import Any

from lambdas import VERSION

Json = dict[str, Any]

_STATUS = {
    "type": "string",
    "enum": ["Open", "Closed", "Unknown"],
    "description": "`Open`: the span is raised and road traffic is stopped. `Closed`: the road is "
    "free. `Unknown` is neither: after `valid_until` every status is unknown.",
}
_TIME = {"type": ["string", "null"], "format": "date-time"}
_SECONDS = {"type": ["integer", "null"], "minimum": 0}


def _object(properties: Json, optional: tuple[str, ...] = ()) -> Json:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required}


def _described(schema: Json, description: str) -> Json:
    return {**schema, "description": description}


_BRIDGE = {
    "name": {"type": "string"},
    "slug": {"type": "string", "description": "What addresses call it. It stays the same."},
    "place": {"type": ["string", "null"]},
    "timezone": {"type": "string", "examples": ["Europe/Stockholm"]},
    "status": _STATUS,
    "since": _described(_TIME, "Since when; of an unknown, the last good answer."),
    "checked_at": _described(_TIME, "When its source gave the last good answer."),
    "valid_until": _described(_TIME, "From then on the status is unknown, without another answer."),
    "unknown_because": {
        "enum": ["poller", "source", None],
        "description": "`poller`: nobody asked. `source`: the source gave no good answer.",
    },
    "last_status": {"enum": ["Open", "Closed", None]},
    "page": {"type": "string"},
    "url": {"type": "string"},
}

_SCHEMAS = {
    "Bridge": _object(_BRIDGE),
    "Bridges": _object(
        {
            "checked_at": _described(_TIME, "When the last poll was."),
            "valid_until": _described(_TIME, "The first `valid_until` of its bridges."),
            "bridges": {"type": "array", "items": {"$ref": "#/components/schemas/Bridge"}},
        }
    ),
    "BridgeWithHistory": _object(
        {
            **_BRIDGE,
            "usual": {
                "description": "How much longer an opening usually lasts from here: of this "
                "bridge's own that lasted as long already. Null where there are fewer than 20.",
                "oneOf": [
                    {"type": "null"},
                    _object(
                        {
                            "median_seconds": {"type": "integer", "minimum": 0},
                            "p80_seconds": {"type": "integer", "minimum": 0},
                            "openings": {"type": "integer", "minimum": 20},
                        }
                    ),
                ],
            },
            "statistics": _object(
                {
                    "since": {"type": "string", "format": "date-time"},
                    "until": {"type": "string", "format": "date-time"},
                    "openings": {"type": "integer", "minimum": 0},
                    "openings_a_day": {"type": ["number", "null"], "minimum": 0},
                    "mean_opening_seconds": _SECONDS,
                    "longest_opening_seconds": _SECONDS,
                    "open_share": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
                    "known_share": {"type": "number", "minimum": 0, "maximum": 1},
                    "by_weekday_and_hour": {
                        "description": "Openings that began then, on the bridge's clock: seven "
                        "rows from Monday, of 24 hours. Null where the status was never known.",
                        "type": "array",
                        "minItems": 7,
                        "maxItems": 7,
                        "items": {
                            "type": "array",
                            "minItems": 24,
                            "maxItems": 24,
                            "items": {"type": ["integer", "null"], "minimum": 0},
                        },
                    },
                }
            ),
            "openings": {
                "description": "Of the last 30 days, the newest first. A start or end that was "
                "not seen is null.",
                "type": "array",
                "items": _object({"start": _TIME, "end": _TIME, "seconds": _SECONDS}),
            },
            "planned": {
                "description": "Openings that the source announces, where it does.",
                "type": "array",
                "items": _object(
                    {
                        "start": {"type": "string", "format": "date-time"},
                        "end": _TIME,
                        "probability": {"enum": ["certain", "probable", "riskOf"]},
                    }
                ),
            },
        }
    ),
    "Shield": _object(
        {
            "schemaVersion": {"const": 1},
            "label": {"type": "string"},
            "message": {"type": "string"},
            "color": {"type": "string"},
            "cacheSeconds": {"type": "integer", "minimum": 300},
        }
    ),
    "Problem": _object(
        {
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
        }
    ),
}

_SLUG = {"name": "slug", "in": "path", "required": True, "schema": {"type": "string"}}


def _answers(kind: str, schema: str | None = None) -> Json:
    content = {"schema": {"$ref": f"#/components/schemas/{schema}"} if schema else {}}
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        "200": {
            "description": "What is known. It may be kept for as long as Cache-Control says.",
            "headers": {"ETag": {"schema": {"type": "string"}}},
            "content": {kind: content},
        },
        "304": {"description": "Nothing changed since the answer with this ETag."},
        "404": {"description": "There is no such bridge."},
        "503": {
            "description": "What is known cannot be read right now.",
            "content": {"application/problem+json": problem},
        },
    }


def _get(summary: str, kind: str, schema: str | None = None, *, of_bridge: bool = True) -> Json:
    operation = {"summary": summary, "responses": _answers(kind, schema)}
    return {"get": operation, **({"parameters": [_SLUG]} if of_bridge else {})}


def document(title: str, base: str) -> Json:
    """Describe the API that is served at an address."""
    kind = "application/json"
    return {
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": VERSION,
            "description": "Is the bridge open? No key, no cookie; CORS is open.",
        },
        "servers": [{"url": base or "/"}],
        "paths": {
            "/api/bridges.json": _get("All bridges", kind, "Bridges", of_bridge=False),
            "/api/bridges/{slug}.json": _get("One bridge", kind, "BridgeWithHistory"),
            "/api/bridges/{slug}/shields.json": _get("For shields.io's badges", kind, "Shield"),
            "/bridges/{slug}/badge.svg": _get("A badge", "image/svg+xml"),
            "/bridges/{slug}/changes.atom": _get("A feed of changes", "application/atom+xml"),
            "/bridges/{slug}/openings.ics": _get("A calendar of openings", "text/calendar"),
            "/metrics": _get("For Prometheus", "text/plain", of_bridge=False),
        },
        "components": {"schemas": _SCHEMAS},
    }

"""Reserved words in expressions, which AWS refuses and moto mostly takes.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ReservedWords.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords

if TYPE_CHECKING:
    from collections.abc import Mapping

EXPRESSIONS = (
    "ConditionExpression",
    "FilterExpression",
    "KeyConditionExpression",
    "ProjectionExpression",
    "UpdateExpression",
)

# What an expression is made of: its own words, and the names of functions, which have brackets.
_OWN_WORDS = {"AND", "OR", "NOT", "BETWEEN", "IN", "SET", "REMOVE", "ADD", "DELETE"}
_NAME = re.compile(r"(?<![#:\w])([A-Za-z_]\w*)(?!\w)(?!\s*\()")


def refuse_reserved_words(body: Mapping[str, Any]) -> None:
    """Refuse a request whose expressions name an attribute with a reserved word.

    :raises MockValidationException: in AWS's words.
    """
    for expression in EXPRESSIONS:
        for name in _NAME.findall(body.get(expression) or ""):
            word = name.upper()
            if word not in _OWN_WORDS and word in ReservedKeywords.get_reserved_keywords():
                raise MockValidationException(
                    f"Invalid {expression}: Attribute name is a reserved keyword; reserved "
                    f"keyword: {name}"
                )

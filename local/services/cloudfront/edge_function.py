"""Runs a CloudFront function: the deployed JavaScript, in one node process that stays warm.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html
"""

from __future__ import annotations

import json
import subprocess
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_RUNNER = """
const vm = require("node:vm");
const context = vm.createContext({ console: { log: (text) => console.error(text) } });
vm.runInContext(process.argv[1], context);
require("node:readline").createInterface({ input: process.stdin }).on("line", async (line) => {
  let answer;
  try {
    context.event = JSON.parse(line);
    answer = { value: await vm.runInContext("handler(event)", context) };
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(JSON.stringify(answer) + "\\n");
});
"""


class EdgeFunctionError(Exception):
    """The function failed; CloudFront would answer 503."""


class EdgeFunction:
    """A function that rewrites requests as they come.

    :param code: its JavaScript, which defines `handler`.
    """

    def __init__(self, code: str) -> None:
        self._code = code
        self._lock = Lock()
        self._process: subprocess.Popen[str] | None = None

    def rewrite(self, method: str, uri: str, headers: Mapping[str, str]) -> str:
        """Give the path that it makes of a request's.

        :raises EdgeFunctionError: if it fails, or answers the request itself.
        """
        request = {
            "method": method,
            "uri": uri,
            "querystring": {},
            "headers": {name.lower(): {"value": value} for name, value in headers.items()},
            "cookies": {},
        }
        event = {
            "version": "1.0",
            "context": {"eventType": "viewer-request"},
            "viewer": {"ip": "127.0.0.1"},
            "request": request,
        }
        answer = self._ask(json.dumps(event))
        if "error" in answer:
            raise EdgeFunctionError(answer["error"])
        if "statusCode" in answer["value"]:
            raise EdgeFunctionError("the embedded cloud lacks functions that answer themselves")
        return str(answer["value"]["uri"])

    def _ask(self, event: str) -> dict[str, Any]:
        with self._lock:
            if self._process is None:
                self._process = subprocess.Popen(  # noqa: S603 - what was deployed here
                    ["node", "--eval", _RUNNER, self._code],  # noqa: S607 - this environment's
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            if self._process.stdin is None or self._process.stdout is None:
                raise EdgeFunctionError("node has no pipes")
            self._process.stdin.write(event + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        if not line:
            raise EdgeFunctionError("node ended")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        """End its process."""
        with self._lock:
            if self._process is not None:
                for pipe in (self._process.stdin, self._process.stdout):
                    if pipe is not None:
                        pipe.close()
                self._process.kill()
                self._process.wait()
                self._process = None

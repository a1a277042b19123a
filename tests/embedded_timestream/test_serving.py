"""`python -m embedded_timestream` as a process, from its start to its end."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from http.client import HTTPConnection


def test_it_ends_in_silence_while_a_client_is_connected() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "embedded_timestream", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as serving:
        assert serving.stdout is not None
        found = re.search(r"http://([\d.:]+\d)", serving.stdout.readline())
        assert found is not None
        connection = HTTPConnection(found[1])
        headers = {"X-Amz-Target": "Timestream_20181101.Query"}
        connection.request("POST", "/", json.dumps({"QueryString": "SELECT 1"}), headers)
        assert json.loads(connection.getresponse().read())["Rows"]

        serving.send_signal(signal.SIGTERM)
        _, complaints = serving.communicate()

    connection.close()
    assert (serving.returncode, complaints) == (0, "")

"""The services around the notifier, on moto: the topic, the secrets and the undelivered queue."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.stub import Stubber

from lambdas.notifier.events import from_json
from lambdas.notifier.notify import Undelivered
from lambdas.notifier.outcome import Outcome
from lambdas.notifier.secrets import NoSecretError, SsmSecrets
from lambdas.notifier.topic import Topic, subject
from lambdas.notifier.undelivered import UndeliveredQueue
from tests.unit.lambdas.notifier.receivers import OPENS, letter

if TYPE_CHECKING:
    from collections.abc import Callable

PARAMETER = "/bridgewatch/notify/phone"


@pytest.fixture
def client(moto: None) -> Callable[[str], Any]:  # noqa: ARG001 - it is where they lead
    def make(service: str) -> Any:  # noqa: ANN401 - boto3 makes its classes as it runs
        return boto3.client(service)  # type: ignore[call-overload] # any name

    return make


def new_queue(client: Callable[[str], Any], name: str) -> str:
    url: str = client("sqs").create_queue(QueueName=name)["QueueUrl"]
    return url


def received(client: Callable[[str], Any], queue: str) -> list[Any]:
    messages = client("sqs").receive_message(QueueUrl=queue).get("Messages", [])
    return [json.loads(one["Body"]) for one in messages]


class TestTopic:
    def test_subscribers_get_the_event_with_attributes_to_filter_by(
        self, client: Callable[[str], Any]
    ) -> None:
        arn = client("sns").create_topic(Name="changes")["TopicArn"]
        queue = new_queue(client, "subscriber")
        client("sns").subscribe(
            TopicArn=arn, Protocol="sqs", Endpoint="arn:aws:sqs:eu-west-1:123456789012:subscriber"
        )
        told = letter(bridge="Göta älvbron")

        outcome = Topic(arn, lambda: client("sns")).send(told, 5)

        assert outcome == Outcome(delivered=True, said="SNS took it")
        (notice,) = received(client, queue)
        assert json.loads(notice["Message"]) == told.cloud_event
        assert notice["Subject"] == subject(told.message.title)
        attributes = {name: one["Value"] for name, one in notice["MessageAttributes"].items()}
        assert attributes == {"bridge": "Göta älvbron", "kind": "opens"}

    def test_mail_and_text_messages_get_the_sentence(self, client: Callable[[str], Any]) -> None:
        sns = client("sns")
        arn = sns.create_topic(Name="changes")["TopicArn"]
        sent: list[dict[str, Any]] = []
        sns.meta.events.register(
            "provide-client-params.sns.Publish", lambda params, **_: sent.append(params)
        )
        told = letter(bridge="Göta älvbron")

        Topic(arn, lambda: sns).send(told, 5)

        forms = json.loads(sent[0]["Message"])
        assert forms["email"] == forms["sms"] == told.message.text
        # No character counts for six, as the size of a message is limited.
        assert "Göta älvbron" in sent[0]["Message"]

    def test_what_sns_refuses_is_not_delivered(self, client: Callable[[str], Any]) -> None:
        gone = "arn:aws:sns:eu-west-1:123456789012:gone"

        outcome = Topic(gone, lambda: client("sns")).send(letter(), 5)

        assert outcome == Outcome(delivered=False, said="SNS answers NotFound")

    def test_what_does_not_reach_sns_is_not_delivered(self) -> None:
        def unreachable() -> Any:  # noqa: ANN401 - see above
            raise EndpointConnectionError(endpoint_url="https://sns")

        outcome = Topic("arn", unreachable).send(letter(), 5)

        assert outcome == Outcome(delivered=False, said="SNS: EndpointConnectionError")

    @pytest.mark.parametrize(
        ("title", "expected"),
        [
            ("Göta älvbron opens", "Gota alvbron opens"),
            ("two\nlines\tand a tab", "two lines and a tab"),
            ("x" * 120, "x" * 99),
            ("橋", "bridgewatch"),
        ],
    )
    def test_a_subject_is_short_ascii_on_one_line(self, title: str, expected: str) -> None:
        assert subject(title) == expected


class TestSecrets:
    def test_a_secret_is_decrypted_and_trimmed(self, client: Callable[[str], Any]) -> None:
        client("ssm").put_parameter(Name=PARAMETER, Value=" token\n", Type="SecureString")

        assert SsmSecrets(lambda: client("ssm")).read(PARAMETER) == "token"

    def test_it_is_read_again_only_after_five_minutes(
        self, client: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ssm = client("ssm")
        # The monotonic clock of a machine that has just started is near zero.
        now = [1.0]
        monkeypatch.setattr("lambdas.notifier.secrets.time.monotonic", lambda: now[0])
        kept = SsmSecrets(lambda: ssm)

        def read_after(seconds: float, value: str) -> str:
            ssm.put_parameter(Name=PARAMETER, Value=value, Type="SecureString", Overwrite=True)
            now[0] += seconds
            return kept.read(PARAMETER)

        assert read_after(0, "first") == "first"
        assert read_after(300, "second") == "first"
        assert read_after(1, "third") == "third"
        assert read_after(299, "fourth") == "third"

    def test_each_parameter_has_its_own(self, client: Callable[[str], Any]) -> None:
        for name in ("a", "b"):
            client("ssm").put_parameter(Name=name, Value=name * 3, Type="SecureString")
        kept = SsmSecrets(lambda: client("ssm"))

        assert [kept.read(name) for name in ("a", "b", "a")] == ["aaa", "bbb", "aaa"]

    def test_one_that_is_missing_is_named(self, client: Callable[[str], Any]) -> None:
        with pytest.raises(NoSecretError, match=f"{PARAMETER}: ParameterNotFound"):
            SsmSecrets(lambda: client("ssm")).read(PARAMETER)

    def test_an_ssm_that_cannot_be_reached_is_told(self) -> None:
        def unreachable() -> Any:  # noqa: ANN401 - see above
            raise EndpointConnectionError(endpoint_url="https://ssm")

        with pytest.raises(NoSecretError, match=f"{PARAMETER}: EndpointConnectionError"):
            SsmSecrets(unreachable).read(PARAMETER)


class TestUndelivered:
    GIVEN_UP = Undelivered(OPENS, "phone", 7, "HTTP 500, sagt på svenska")

    def test_the_queue_holds_the_event_the_target_and_what_that_said(
        self, client: Callable[[str], Any]
    ) -> None:
        url = new_queue(client, "undelivered")

        UndeliveredQueue(url, lambda: client("sqs")).keep(self.GIVEN_UP)

        (body,) = received(client, url)
        assert from_json(body.pop("undelivered")) == OPENS
        assert body == {"target": "phone", "attempts": 7, "said": "HTTP 500, sagt på svenska"}

    def test_a_queue_that_does_not_take_it_is_an_error(self, client: Callable[[str], Any]) -> None:
        sqs = client("sqs")
        with Stubber(sqs) as stub:
            stub.add_client_error("send_message", "AccessDenied")

            with pytest.raises(ClientError):
                UndeliveredQueue("http://queue", lambda: sqs).keep(self.GIVEN_UP)

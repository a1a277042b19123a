"""A queue in memory, for tests of who sends to one or receives from one."""

from collections.abc import Sequence

from lambdas.message import Message
from lambdas.sqs import QueueError, Received


class MemoryQueue:
    """A queue whose messages come back only when a test calls `come_back`.

    :ivar texts: the messages in it that are not hidden.
    :ivar fails: whether it fails altogether.
    :ivar keeps: whether deleting fails.
    """

    def __init__(self, *texts: str) -> None:
        self.texts = list(texts)
        self.fails = self.keeps = False
        self._hidden: dict[str, str] = {}
        self._receives = 0

    @property
    def messages(self) -> list[Message]:
        return [Message.decode(text) for text in self.texts]

    def send(self, message: Message) -> None:
        self._works()
        self.texts += [part.encode() for part in message.parts()]

    def is_empty(self) -> bool:
        self._works()
        return not self.texts

    def receive(self) -> Sequence[Received]:
        self._works()
        taken, self.texts = self.texts[:10], self.texts[10:]
        received = []
        for text in taken:
            self._receives += 1
            self._hidden[str(self._receives)] = text
            received.append(Received(text, handle=str(self._receives), receives=2))
        return received

    def delete(self, received: Received) -> None:
        if self.keeps:
            raise QueueError("The queue keeps its messages.")
        del self._hidden[received.handle]

    def come_back(self) -> None:
        self.texts += self._hidden.values()
        self._hidden.clear()

    def _works(self) -> None:
        if self.fails:
            raise QueueError("The queue is out of order.")

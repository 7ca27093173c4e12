"""What many open boards ask for at the same moment is worked out once in each process. PLN-15.

Kept in the process's memory and nowhere else: it names people.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any

MOST = 32


class Once:
    """Answers by key; whoever asks for one that is being worked out waits for it."""

    def __init__(self, most: int = MOST):
        self.most = most
        self.lock = Lock()
        self.answers: OrderedDict[Hashable, tuple[Lock, list[Any]]] = OrderedDict()

    def get(self, key: Hashable, work_out: Callable[[], Any]) -> Any:
        """The answer of `key`; worked out by the first who asks. The oldest are forgotten."""
        with self.lock:
            busy, answer = self.answers.setdefault(key, (Lock(), []))
            while len(self.answers) > self.most:
                self.answers.popitem(last=False)
        with busy:
            if not answer:
                answer.append(work_out())
        return answer[0]

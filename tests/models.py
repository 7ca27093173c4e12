"""How long random examples are drawn, and what every model-based test has.

`make test` draws the same few examples each time: a test that passes is a test that passes.
`python -m bench.models` draws many, by another seed each time it is given one.
"""

import os
from collections import Counter

from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, run_state_machine_as_test

PROFILE = "kundval"
AT_LENGTH = int(os.environ.get("KUNDVAL_EXAMPLES", "0"))
"""Examples of each test when they are drawn at length, else 0."""
drawn: Counter[str] = Counter()
"""Examples and steps of the machines of this process."""

settings.register_profile(
    PROFILE,
    deadline=None,  # a slow machine is no fault
    database=None,
    derandomize=not AT_LENGTH,
    max_examples=AT_LENGTH or 60,
    suppress_health_check=list(HealthCheck) if AT_LENGTH else [],
)


def few(number: int) -> int:
    """Examples of a test whose examples are dear: `number` in `make test`."""
    return AT_LENGTH or number


class RolledBack(RuleBasedStateMachine):
    """A machine whose every example begins from the database of the test, as a test does."""

    def __init__(self) -> None:
        super().__init__()
        self.around = transaction.atomic()
        self.around._from_testcase = True
        self.around.__enter__()
        drawn["runs"] += 1

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.around.__exit__(None, None, None)

    @invariant()
    def a_step_is_counted(self) -> None:
        drawn["steps"] += 1


def run(machine: type[RolledBack], examples: int = 4, steps: int = 30) -> None:
    """Try the machine: `examples` in `make test`, of at most `steps` each."""
    chosen = settings(
        max_examples=few(examples),
        stateful_step_count=steps,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=chosen)

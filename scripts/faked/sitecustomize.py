"""Python's sleep under Debian's faketime with the monotonic clock left alone.

libfaketime 0.9.10 then refuses every sleep until a moment of that clock, which is how Python sleeps. The
Makefile puts this folder on the path of all that it starts, when it is itself run under faketime.
"""

import select
import time


def _sleep(seconds: float) -> None:
    select.select([], [], [], seconds)


time.sleep = _sleep  # noqa: TID251

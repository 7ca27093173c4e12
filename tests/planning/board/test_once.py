"""What many ask for at once is worked out once. PLN-15."""

import threading

from planning.board.once import Once


def test_twenty_who_ask_at_the_same_moment_wait_for_one_answer():
    """PLN-15"""
    once, gate, worked, answers = Once(), threading.Barrier(20), [], []

    def ask():
        gate.wait()
        answers.append(once.get("plan 1", lambda: worked.append(1) or len(worked)))

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(worked), answers) == (1, [1] * 20)


def test_the_oldest_are_forgotten_and_what_failed_is_tried_again():
    once = Once(most=2)
    for key in "abc":
        once.get(key, lambda key=key: key.upper())
    assert list(once.answers) == ["b", "c"]
    once.get("d", lambda: "D")
    assert once.get("c", lambda: "not asked") == "C"

    def fail():
        raise ValueError

    try:
        once.get("e", fail)
    except ValueError:
        assert once.get("e", lambda: "E") == "E"

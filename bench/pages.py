"""`python -m bench.pages`: the demo's pages in a browser, many of each kind, each by every rule. CAP-15.

    python -m bench.pages [--of-a-kind 10]

As `make test` does with two of a kind and contrast on the first: no violation that axe finds, nothing
wider than a narrow screen.
"""

import argparse
import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Run the test of every page at length."""
    parser = argparse.ArgumentParser(prog="python -m bench.pages", description=__doc__)
    parser.add_argument("--of-a-kind", type=int, default=10, help="addresses alike but for numbers")
    os.environ["KUNDVAL_PAGES_OF_A_KIND"] = str(parser.parse_args().of_a_kind)
    test = ROOT / "tests" / "browser" / "test_every_page.py"
    return pytest.main(["-q", "-p", "no:cacheprovider", f"--rootdir={ROOT}", str(test)])


if __name__ == "__main__":
    sys.exit(main())

"""``python -m carseg``."""

import sys

from carseg.cli import main

if __name__ == "__main__":
    sys.exit(main())

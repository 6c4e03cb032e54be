"""`python -m formdigits`."""

from formdigits.cli import main

if __name__ == "__main__":
    main()

"""What happens to pages that nobody expects: see `benchmarks.unexpected.__main__`."""

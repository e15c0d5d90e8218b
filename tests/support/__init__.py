"""What the black-box tests and the benchmarks stand on: real programs, and doubles of the web."""

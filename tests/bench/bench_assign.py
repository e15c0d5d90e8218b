"""The choice of an account out of 10,000, half of them banned, against 10: at most 1.5 times."""

from growth import compare

if __name__ == "__main__":
    compare("bench_assign", "assignment", "choices", "accounts")

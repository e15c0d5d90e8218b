"""Proxy selection with 10,000 proxies against 10: at most 1.5 times the median time."""

from growth import compare

if __name__ == "__main__":
    compare("bench_selection", "selection", "selections", "proxies")

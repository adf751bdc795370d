"""The figures of the product, measured side by side with peers; `jimu bench` runs them.

Each module has `measure() -> Figure`. Figures are medians of several rounds on the machine at hand;
`plain_python` says how fast that machine is just now, so that figures of two days can be compared.
"""

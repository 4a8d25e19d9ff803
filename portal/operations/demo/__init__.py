"""The demonstration company: Harbourline, which sells planning software to hauliers and depots.

Everything is made through the same services as real work, at moments spread over the last months,
so that it has history, signatures, threads, uses and clocks.
"""

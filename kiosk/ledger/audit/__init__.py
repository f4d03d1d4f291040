"""A journal that is not taken at its word: verified, folded anew, judged, recovered, written out for others.

And what its disk or its bytes say where they are wrong.
"""

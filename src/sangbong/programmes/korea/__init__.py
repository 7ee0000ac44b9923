"""The model case: the reunions of 2018.

Vocabulary: halls, weights, quotas, class words per counterpart.
"""

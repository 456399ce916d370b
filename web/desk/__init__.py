"""The desk: pages to decide at. `acting.py` is the one way anything changes there."""

"""The bridge: what is said in one group is said in others that agreed, whatever their platform."""

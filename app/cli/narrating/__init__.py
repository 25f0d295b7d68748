"""Events as lines for people: one file for each thing that can be told of."""

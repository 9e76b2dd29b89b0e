"""A data set through a model: scores per picture."""

"""Windows of what happened when, and the load of the warehouse: one file a query, each a pure function of a data frame."""

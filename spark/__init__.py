"""Windows of what happened when, and the load of the warehouse.

One file a query: a pure function from data frame to data frame, and where its rows go.
"""

"""The page: the shop live and its history."""

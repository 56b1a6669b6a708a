"""`wfc init`: a starting adapter, settings and a CI workflow in a user's repository."""

"""`wfc matrix`: many subjects, run or read, in one table."""

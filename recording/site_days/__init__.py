"""What each site has entered of what it gave, and how good these rows are: sums by site and day."""

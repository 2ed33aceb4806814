"""What words mean: columns, headings, issues, policies, reporting units."""

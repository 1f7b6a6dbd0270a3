"""What is made to be printed: tagged PDF documents in our typeface, and QR codes."""

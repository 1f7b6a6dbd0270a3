"""Between the web server and Django: requests come in whole, and answers leave without a worker."""

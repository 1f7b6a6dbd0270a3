"""Views of one's own data: copies, requests, closing the account; and the officers' side of them."""

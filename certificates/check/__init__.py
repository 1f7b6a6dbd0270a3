"""The public page that checks certificates: a photo, a text or a short code, and one answer."""

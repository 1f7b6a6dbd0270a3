"""VNeID as an OpenID Connect provider: the calls, the checks of its answer, the person in it."""

"""A stand-in for VNeID, as a process: an OpenID Connect provider on Authlib, with faults on wish."""

"""A site puts many of its doses right in one act: a session under the wrong lot, vaccine, date or site."""

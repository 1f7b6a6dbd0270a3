"""What a decision does: its outcome, its effect on the record, when a second person is needed."""

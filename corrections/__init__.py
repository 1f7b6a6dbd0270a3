"""What is disputed: corrections, from filing to the decision. Start reading at lifecycle.py."""

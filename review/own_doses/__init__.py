"""A site puts right what it wrote itself: change a dose, or mark it as entered in error."""

"""What teachers and students see of grades and progress."""

"""What teachers and students see of the schedule."""

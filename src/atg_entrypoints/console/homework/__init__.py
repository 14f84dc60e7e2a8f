"""What teachers and students see of homework."""

"""How many requests the product answers, and what each costs, beside what people would pick instead: `make bench`."""

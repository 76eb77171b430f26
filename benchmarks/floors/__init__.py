"""The smallest programs that do a part of the job: what the figures are held against."""

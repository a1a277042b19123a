"""The embedded cloud: moto, a Timestream that runs SQL, Lambda and schedule runners, bridges."""

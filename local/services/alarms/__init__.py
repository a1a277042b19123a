"""CloudWatch's alarms: what is measured, and what they make of it in the clock's time.

`metrics` keeps what was measured, by the minute; `embedded_metrics` reads it out of logs;
`expression` is metric math; `evaluation` decides a state, and `runner` evaluates what is deployed.
"""

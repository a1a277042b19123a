"""The fault-injected simulation: faults at every edge of the deployed code, and a judge.

Everything is done from outside. `sources` disturbs the simulated bridges, `requests` what the
functions ask of AWS, `invocations` the schedules and the functions' processes; `faults` decides
which fault comes when, from a seed. `journal` notes what passed, and `judge` compares that with
what is in the table, `alarms` with which alarms rang: none of them knows anything of the code that
is deployed. `run` is the simulation; `telling` is one of its own, of who is told.
"""

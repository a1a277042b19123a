"""AWS Lambda without Docker: the deployed zip runs in warm child processes.

`bootstrap` is the child's side: it loads the handler and answers one invocation after another.
`environment` is the parent's side of one child (AWS: execution environment), `runtime` keeps the
warm ones of every function, writes their logs and retries asynchronous invocations, and
`moto_adapter` puts that behind moto's Lambda API. `context` is for those who call a handler without
all that.
"""

"""AWS's services, as far as moto's fall short of what is deployed: one module or package each.

Each has an `install` that changes moto until its `patches.Patches` are closed; `scheduler` runs
what is deployed to run at times.
"""

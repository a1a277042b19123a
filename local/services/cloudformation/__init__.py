"""CloudFormation, as far as moto's falls short of what the genuine CDK needs.

`resource` says what a resource type is, `types` lists the ones that moto lacks or does by halves;
each service has a module with its own. `fixes` puts right what moto's stacks get wrong. A type that
neither moto nor `types` knows makes the deployment fail by its name.
"""

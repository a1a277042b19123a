"""CloudFront in front of function URLs: what it keeps, for how long, and what it adds.

Behaves as https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide says, for a
distribution of one behaviour with the managed policy CachingOptimized; serves it on a port of its
own, over HTTP.
"""

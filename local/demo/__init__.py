"""The main job on the embedded cloud, and the article's workload, each compared with what is known.

`run` is the demo: it deploys (`deployment`), lets days pass, reads back, and compares what happened
at the bridges with what is in the table (`comparison`). `article` replays the article's three
months, and `article_bill` tells what they cost.
"""

"""How a number of steps in random directions spreads, by numpy."""

import numpy as np


def handler(event, context):
    walks, steps = min(int(event.get("walks", 1_000)), 10_000), min(int(event.get("steps", 1_000)), 10_000)
    directions = np.random.default_rng(event.get("seed", 1)).choice([-1, 1], size=(walks, steps))
    ends = directions.sum(axis=1)
    return {"numpy": np.__version__, "walks": walks, "steps": steps, "mean": float(ends.mean()), "deviation": float(ends.std())}

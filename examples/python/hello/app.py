import logging
import os

logging.getLogger().setLevel(logging.INFO)


def handler(event, context):
    name = event.get("name", "world")
    logging.info("greeting %s, %d ms left", name, context.get_remaining_time_in_millis())
    return {"greeting": f"Hello, {name}!", "function": context.function_name, "python": os.environ["AWS_EXECUTION_ENV"]}

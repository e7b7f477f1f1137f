"""Calls another function of the same service by boto3, which the runtime brings along."""

import json

import boto3

client = boto3.client("lambda")


def handler(event, context):
    answer = client.invoke(FunctionName=event.get("function", "hello"), Payload=json.dumps(event.get("payload", {})))
    return {"status": answer["StatusCode"], "answer": json.load(answer["Payload"])}

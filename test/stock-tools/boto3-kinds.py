"""One operation of each kind, as boto3 calls it: what is answered goes to standard output, as JSON."""

import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

(zip_path,) = sys.argv[1:]
client = boto3.client("lambda", config=Config(retries={"total_max_attempts": 1}))


def refusal(call, **members):
    """The name of the exception's class, and what it carries."""
    try:
        call(**members)
    except ClientError as error:
        return [type(error).__name__, error.response["Error"]["Code"], error.response["Error"]["Message"]]
    return None


with open(zip_path, "rb") as file:
    code = file.read()
made = {
    "Runtime": "nodejs22.x",
    "Handler": "index.handler",
    "Role": "arn:aws:iam::123456789012:role/any",
    "Code": {"ZipFile": code},
}
created = client.create_function(FunctionName="kinds", Tags={"one": "1"}, **made)
client.get_waiter("function_active_v2").wait(FunctionName="kinds")
for number in range(3):
    client.create_function(FunctionName=f"more-{number}", **made)
pages = client.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 2})
invoked = client.invoke(FunctionName="kinds", Payload=b'{"n": 1}', LogType="Tail")
events = client.put_function_event_invoke_config(FunctionName="kinds", MaximumRetryAttempts=1)
client.tag_resource(Resource=created["FunctionArn"], Tags={"two": "2"})
updated = client.update_function_configuration(FunctionName="kinds", Timeout=9)
client.get_waiter("function_updated_v2").wait(FunctionName="kinds")
answer = {
    "state": created["State"],
    "names": [[fn["FunctionName"] for fn in page["Functions"]] for page in pages],
    "payload": json.load(invoked["Payload"]),
    "status": invoked["StatusCode"],
    "retries": events["MaximumRetryAttempts"],
    "modified": events["LastModified"].isoformat(),
    "tags": client.list_tags(Resource=created["FunctionArn"])["Tags"],
    "updating": updated["LastUpdateStatus"],
    "missing": refusal(client.get_function, FunctionName="none"),
    "twice": refusal(client.create_function, FunctionName="kinds", **made),
    "stale": refusal(client.update_function_code, FunctionName="kinds", ZipFile=code, RevisionId="stale"),
    "wrong": refusal(client.update_function_configuration, FunctionName="kinds", MemorySize=200_000),
    "refused": refusal(
        client.create_code_signing_config,
        AllowedPublishers={"SigningProfileVersionArns": ["arn:aws:signer:eu-west-1:123456789012:/signing-profiles/any/0123456789"]},
    ),
}
answer["deleted"] = client.delete_function(FunctionName="kinds")["ResponseMetadata"]["HTTPStatusCode"]
print(json.dumps(answer))

"""The second argument of a handler, as AWS Lambda documents it."""

import sys
import time


class _Record:
    """Fields as attributes, None where they are not given."""

    __slots__ = ()

    def __init__(self, given):
        for name in self.__slots__:
            setattr(self, name, given.get(name))

    def __repr__(self):
        fields = ",".join(f"{name}={getattr(self, name)}" for name in self.__slots__)
        return f"{type(self).__name__}([{fields}])"


class CognitoIdentity(_Record):
    __slots__ = ("cognito_identity_id", "cognito_identity_pool_id")


class Client(_Record):
    __slots__ = ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name")


class ClientContext(_Record):
    __slots__ = ("custom", "env", "client")

    def __init__(self, given):
        super().__init__(given)
        if isinstance(self.client, dict):
            self.client = Client(self.client)


class LambdaContext:
    """`client_context` is the one of the invocation, parsed. `deadline_ms`: since the Unix epoch."""

    def __init__(self, init, invocation, client_context, deadline_ms):
        self.aws_request_id = invocation.request_id
        self.log_group_name = init["logGroup"]
        self.log_stream_name = init["logStream"]
        self.function_name = init["functionName"]
        # Text, as in AWS Lambda, where it comes from an environment variable.
        self.memory_limit_in_mb = str(init["memoryMb"])
        self.function_version = init["functionVersion"]
        self.invoked_function_arn = invocation.invoked_arn or init["functionArn"]
        self.tenant_id = invocation.tenant_id
        self.client_context = ClientContext(client_context) if isinstance(client_context, dict) else None
        self.identity = CognitoIdentity({})
        self._epoch_deadline_time_in_ms = deadline_ms

    def get_remaining_time_in_millis(self):
        return max(0, int(self._epoch_deadline_time_in_ms - time.time() * 1000))

    def log(self, msg):
        sys.stdout.write(str(msg))

    def __repr__(self):
        shown = (
            *("aws_request_id", "log_group_name", "log_stream_name", "function_name", "memory_limit_in_mb"),
            *("function_version", "invoked_function_arn", "client_context", "identity", "tenant_id"),
        )
        fields = ",".join(f"{name}={getattr(self, name)}" for name in shown)
        return f"LambdaContext([{fields}])"

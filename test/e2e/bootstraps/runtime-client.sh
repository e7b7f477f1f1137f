#!/bin/sh
exec "$LAMBDA_TASK_ROOT/bin/node" "$LAMBDA_TASK_ROOT/node_modules/aws-lambda-ric/index.mjs" "$_HANDLER"

#!/bin/sh
# With a service running (heddle up): sh examples/effects/demo.sh; or with one of its own: sh examples/with-service.sh examples/effects/demo.sh
set -eu
here=$(dirname "$0")
heddle=${HEDDLE:-heddle}
$heddle deploy "$here/../hello"
$heddle deploy "$here"
$heddle effects effects

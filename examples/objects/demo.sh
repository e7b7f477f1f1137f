#!/bin/sh
# With a service running (heddle up): sh examples/objects/demo.sh; or with one of its own: sh examples/with-service.sh examples/objects/demo.sh
set -eu
here=$(dirname "$0")
heddle=${HEDDLE:-heddle}
$heddle objects mb letters
echo 'Please charge 4111 1111 1111 1111.' | $heddle objects cp - letters:one.txt
$heddle objects path set public --bucket letters --get "$here/redact.js"
echo 'By the access point "public":'
$heddle objects cp public:one.txt -
echo 'As it was written:'
$heddle objects cp letters:one.txt -

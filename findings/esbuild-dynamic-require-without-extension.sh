#!/bin/sh
# One would guess that a program with require('./plugins/' + name) does the same after esbuild has bundled it: esbuild takes the folder along and says nothing, as it does where it loses
# a module ("could not resolve" is an error, a require of a bare variable stays one of Node's).
#
# So it is: the bundle has the files under their whole names only. require('./plugins/' + 'a') finds plugins/a.js in Node and is "Module not found in bundle: ./plugins/a" in the bundle,
# which was built without a warning; with 'a.js' it works in both. A bundler that other programs trust for code it has not seen must look for such requires itself.
#
# Packages: esbuild 0.28.2 from npm, Node. Source: esbuild's release notes of 0.19 (glob-style imports), its runtime's __glob.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund esbuild@0.28.2 >/dev/null
mkdir plugins
echo 'module.exports = "plugin a"' >plugins/a.js
echo 'console.log(require("./plugins/" + process.argv[2]))' >main.js
npx esbuild main.js --bundle --platform=node --outfile=bundle.js --log-level=warning 2>warnings
echo "warnings of the build: $(wc -l <warnings) lines"
node_a=$(node main.js a)
bundle_a=$(node bundle.js a 2>&1 | grep '^Error' || true)
bundle_ajs=$(node bundle.js a.js)
echo "Node,   'a':    $node_a"
echo "bundle, 'a':    $bundle_a"
echo "bundle, 'a.js': $bundle_ajs"
[ ! -s warnings ] && [ "$node_a" = 'plugin a' ] && [ "$bundle_ajs" = 'plugin a' ] || { echo 'This has changed.' >&2; exit 1; }
case $bundle_a in *'not found in bundle'*) ;; *) echo 'This has changed.' >&2; exit 1 ;; esac

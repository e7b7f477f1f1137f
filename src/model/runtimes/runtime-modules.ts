/**
 * Where the packages are that the Node runtimes bring along, as on AWS. Containers have a link to it at their root, where Node looks last:
 * so it finds them from any folder, by `require` and `import` alike, after what a function or a layer has itself.
 */
export const runtimeModules = '/var/runtime/node_modules';

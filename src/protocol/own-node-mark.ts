/**
 * In the environment of a Node runtime: it takes over where another one was, on the root that is the value. Nothing follows the program's file
 * on the command line: wrappers insert options before its last word.
 */
export const ownNodeMark = '_HEDDLE_OWN_NODE';

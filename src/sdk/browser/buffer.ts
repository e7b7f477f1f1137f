// What the browser build puts in place of Node's global Buffer. The slash keeps it from being taken for Node's module.
export { Buffer } from 'buffer/';

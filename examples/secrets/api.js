// A host that wants a key, on this machine; it says its port when it is ready.
import { createServer } from 'node:http';

const key = process.argv[2];
const server = createServer(({ headers: { authorization } }, response) => {
  const known = authorization === `Bearer ${key}`;
  response.writeHead(known ? 200 : 401).end(known ? 'the key is right' : 'who are you?');
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));

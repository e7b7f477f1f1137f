// The skeleton of a web crawler, over a small site that it serves itself. Threads have no network: this program fetches,
// and threads read what came, which is the part that strangers wrote.
//
//   ./heddle run examples/threads/crawler.ts
import { once } from 'node:events';
import { createServer } from 'node:http';
import { remote } from 'heddle';

const pageCount = 24;
const server = createServer(({ url = '/' }, response) => {
  const number = url === '/' ? 1 : Number(/^\/page-(\d+)$/.exec(url)?.[1] ?? Number.NaN);
  const links = [number * 2, number * 2 + 1].map((next) => `<a href="/page-${next}">on</a>`).join(' ');
  response.writeHead(number <= pageCount ? 200 : 404, { 'content-type': 'text/html' });
  response.end(
    `<title>Page ${number}</title><a class="home" href='/'>home</a> ${links} <a href="https://example.org/">out</a>`,
  );
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
if (address === null || typeof address === 'string') throw new Error('The site has no port.');

const work = remote<typeof import('./crawler-work.ts')>(new URL('./crawler-work.ts', import.meta.url), {
  timeoutMs: 2_000, // for a page: some are made to be slow to read
});
const start = new URL(`http://127.0.0.1:${address.port}/`);
const seen = new Set([start.href]);
const titles = new Map<string, string>();
const broken: string[] = [];

/** Reads a page; gives the links that are new. */
async function visit(url: string): Promise<readonly string[]> {
  const response = await fetch(url);
  const html = await response.text();
  if (!response.ok) {
    broken.push(url);
    return [];
  }
  const page = await work.readPage({ url, html });
  titles.set(url, page.title);
  const fresh = page.links.filter((link) => new URL(link).origin === start.origin && !seen.has(link));
  for (const link of fresh) seen.add(link);
  return fresh;
}

for (let frontier: readonly string[] = [start.href]; frontier.length > 0;)
  frontier = (await Promise.all(frontier.map(visit))).flat();
server.close();

for (const [url, title] of titles) console.log(`${title.padEnd(8)} ${new URL(url).pathname}`);
console.log(`${titles.size} pages, ${broken.length} broken links, ${seen.size} addresses seen`);

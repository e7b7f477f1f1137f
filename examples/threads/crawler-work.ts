/** A page as it came. */
export interface FetchedPage {
  readonly url: string;
  readonly html: string;
}

/** A page's title, and where it leads, as whole addresses without their fragments, each once. */
export function readPage({ url, html }: FetchedPage): { title: string; links: string[] } {
  const title = /<title>(.*?)<\/title>/is.exec(html)?.[1]?.trim() ?? '';
  const links = new Set<string>();
  for (const [, , target = ''] of html.matchAll(/<a\s[^>]*?href=(["'])(.*?)\1/gis)) {
    if (!URL.canParse(target, url)) continue;
    const link = new URL(target, url);
    link.hash = '';
    links.add(link.href);
  }
  return { title, links: [...links] };
}

import { z } from 'zod';

import { parseUrl } from '../parse-url.js';
import { formatOf, OPEN_ACCESS, SORT_NEW, type CatalogPage, type Publication } from './catalog.js';

const listed = <T extends z.ZodType>(one: T) => z.union([one.transform((value) => [value]), z.array(one)]);

const link = z.object({
  href: z.string(),
  type: z.string().optional(),
  rel: listed(z.string()).optional(),
  templated: z.boolean().optional(),
  size: z.number().optional(),
});

type Link = z.infer<typeof link>;

/** A text, or the same in several languages. */
const words = z.union([
  z.string(),
  z.record(z.string(), z.string()).transform((all) => Object.values(all)[0] ?? ''),
]);
const person = z.union([words, z.object({ name: words }).transform(({ name }) => name)]);

const publication = z.object({
  metadata: z.object({
    title: words,
    identifier: z.string().optional(),
    author: listed(person).optional(),
    language: listed(z.string()).optional(),
    published: z.string().optional(),
    modified: z.string().optional(),
  }),
  links: z.array(link).default([]),
});

const feed = z.object({
  metadata: z.object({ title: words }),
  links: z.array(link).default([]),
  publications: z.array(z.unknown()).default([]),
});

/** A feed of OPDS 2.0; undefined for another document. */
export function readJsonFeed(json: unknown, base: URL): CatalogPage | undefined {
  const read = feed.safeParse(json);
  if (!read.success) return undefined;
  const { metadata, links, publications } = read.data;
  const search = linkOf(links, 'search');
  return {
    title: metadata.title,
    publications: publications.map((one) => readPublication(one, base)).filter((one) => one !== undefined),
    search: search && {
      kind: search.templated === true ? 'template' : 'description',
      href: search.href,
      base,
    },
    next: urlOf(linkOf(links, 'next'), base),
    newest: urlOf(linkOf(links, SORT_NEW), base),
  };
}

function linkOf(links: Link[], rel: string): Link | undefined {
  return links.find((one) => one.rel?.includes(rel) === true);
}

function urlOf(found: Link | undefined, base: URL): URL | undefined {
  return found === undefined ? undefined : parseUrl(found.href, base);
}

/** Undefined for what cannot be read or is not free to take: it does not spoil the others. */
function readPublication(json: unknown, base: URL): Publication | undefined {
  const read = publication.safeParse(json);
  if (!read.success) return undefined;
  const { metadata, links } = read.data;
  const openAccess = links
    .filter(({ rel, templated }) => rel?.includes(OPEN_ACCESS) === true && templated !== true)
    .flatMap((one) => {
      const [url, format] = [urlOf(one, base), formatOf(one.type)];
      return url === undefined || format === undefined ? [] : [{ url, format, sizeBytes: one.size }];
    });
  if (openAccess.length === 0) return undefined;
  return {
    id: metadata.identifier ?? openAccess[0]?.url.href ?? metadata.title,
    title: metadata.title,
    authors: metadata.author ?? [],
    language: metadata.language?.[0],
    published: metadata.published ?? metadata.modified,
    openAccess,
  };
}

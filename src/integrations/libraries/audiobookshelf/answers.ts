import { z } from 'zod';

export const status = z.object({ app: z.string().optional(), serverVersion: z.string() });

export const libraries = z.object({
  libraries: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      mediaType: z.string(),
      folders: z.array(z.object({ fullPath: z.string() })).default([]),
    }),
  ),
});

export const tasks = z.object({
  tasks: z.array(
    z.object({
      action: z.string(),
      isFinished: z.boolean().default(false),
      data: z.object({ libraryId: z.string().optional() }).nullish(),
    }),
  ),
});

const listed = z.object({
  id: z.string(),
  /** Unix milliseconds. */
  addedAt: z.number(),
  /** Its files are gone, yet the item stays in the list until a person removes it. */
  isMissing: z.boolean().default(false),
  isInvalid: z.boolean().default(false),
});

export type Listed = z.output<typeof listed>;

export const page = z.object({
  results: z.array(listed),
  total: z.number().int(),
  page: z.number().int(),
});

/** Whatever people leave empty is null or ''. */
const text = z
  .string()
  .nullish()
  .transform((value) => (value === null || value === '' ? undefined : value));

const book = z.object({
  id: z.string(),
  path: z.string(),
  addedAt: z.number(),
  media: z.object({
    duration: z.number().nullish(),
    metadata: z.object({
      title: text,
      authorName: text,
      narratorName: text,
      publishedYear: text,
      isbn: text,
      asin: text,
    }),
  }),
  libraryFiles: z.array(
    z.object({
      fileType: z.string(),
      metadata: z.object({ path: z.string(), size: z.number() }),
    }),
  ),
});

export type Book = z.output<typeof book>;

export const books = z.object({ libraryItems: z.array(book) });

export const online = z.object({ openSessions: z.array(z.unknown()) });

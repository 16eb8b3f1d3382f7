import { z } from 'zod';

/** The archive tells one value as itself and several as a list, and numbers as either. */
const one = z.union([z.string(), z.number(), z.boolean()]).transform(String);

export const values = z
  .union([one.transform((value) => [value]), z.array(one)])
  .nullish()
  .transform((list) => list ?? []);

/** What decides whether an item may be taken. */
export const rights = z.object({
  licenseurl: values,
  collection: values,
  'access-restricted-item': values,
});

export type Rights = z.infer<typeof rights>;

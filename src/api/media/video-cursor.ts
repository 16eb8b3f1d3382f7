import { z } from 'zod';

import { parseJson } from '../../domain/parse-json.js';
import type { VideoOrder, VideoPlace } from '../../store/media/video-list.js';
import { HttpProblem } from '../http/problem.js';
import { isStorable } from '../schemas/parameters.js';

const amount = z.string().regex(/^\d{1,15}(\.\d{1,20})?(e[+-]\d{1,3})?$/);

const KEYS = {
  newest: z.iso.datetime().refine((text) => !text.startsWith('0000')),
  title: z.string().max(300).refine(isStorable),
  largest: z.string().regex(/^\d{1,15}$/),
  longest: amount,
} as const satisfies Record<VideoOrder, z.ZodType<string>>;

/** A place in a list of videos, opaque to clients; it says which order it is of. */
export function writeVideoCursor(order: VideoOrder, place: VideoPlace | null): string | null {
  if (place === null) return null;
  return Buffer.from(JSON.stringify([order, place.key, place.id])).toString('base64url');
}

/** @throws HttpProblem bad_input for a cursor that no page in this order ended with. */
export function readVideoCursor(order: VideoOrder, text: string | undefined): VideoPlace | undefined {
  if (text === undefined) return undefined;
  const shape = z.tuple([z.literal(order), KEYS[order], z.uuid()]);
  const parsed = shape.safeParse(parseJson(Buffer.from(text, 'base64url').toString('utf8')));
  if (parsed.success) return { key: parsed.data[1], id: parsed.data[2] };
  throw new HttpProblem(
    'bad_input',
    'Expected a cursor as `next` gave it in the same order, got another text',
    {
      errors: [{ pointer: 'query/cursor', detail: 'Expected the value of `next`' }],
    },
  );
}

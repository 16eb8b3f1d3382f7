import { z } from 'zod';

import { ENCODERS, RATE_CONTROLS } from '../../domain/media/encode-way.js';
import { time } from './parameters.js';

const capability = {
  usable: z.boolean(),
  reason: z.string().nullable().describe('Why not, in the words of FFmpeg'),
};

export const quarantine = z
  .strictObject({ since: time, until: time, reason: z.string() })
  .nullable()
  .describe('The card has failed again and again, and is not used until then');

export const capabilities = z
  .strictObject({
    workers: z
      .array(
        z.strictObject({
          worker: z.string().describe('Its id, as in GET /api/workers'),
          host: z.string(),
          role: z.string(),
          probedAt: time,
          encoders: z.array(
            z.strictObject({
              encoder: z.enum(ENCODERS),
              name: z.string().describe('As FFmpeg names it'),
              device: z.string().nullable().describe('A card’s number or its render node'),
              ...capability,
              rateControl: z.enum(RATE_CONTROLS).describe('bitrate: its driver knows no quality with a cap'),
              decoders: z
                .array(
                  z.strictObject({
                    codec: z.string(),
                    bitDepth: z.int(),
                    frames: z.enum(['card', 'memory']).describe('Where the decoded pictures go'),
                    ...capability,
                  }),
                )
                .describe('What the same card decodes'),
            }),
          ),
          filters: z.array(z.strictObject({ name: z.string(), ...capability })),
          quarantine,
        }),
      )
      .describe('Those that are alive'),
  })
  .meta({ id: 'MediaCapabilities' });

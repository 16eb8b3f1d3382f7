import { z } from 'zod';

/** What the command line reads of `GET /api/media/capabilities`; unknown fields are kept for `--json`. */
export const capabilities = z.looseObject({
  workers: z.array(
    z.looseObject({
      worker: z.string(),
      host: z.string(),
      encoders: z.array(
        z.looseObject({
          name: z.string(),
          device: z.string().nullable(),
          usable: z.boolean(),
          reason: z.string().nullable(),
          decoders: z.array(z.looseObject({ codec: z.string(), bitDepth: z.number(), usable: z.boolean() })),
        }),
      ),
      quarantine: z.looseObject({ until: z.string(), reason: z.string() }).nullable(),
    }),
  ),
});
export type CapabilitiesAnswer = z.output<typeof capabilities>;

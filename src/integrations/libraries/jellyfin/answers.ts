import { z } from 'zod';

export const info = z.object({ Version: z.string() });

export const virtualFolders = z.array(
  z.object({
    ItemId: z.string(),
    Name: z.string(),
    CollectionType: z.string().nullish(),
    Locations: z.array(z.string()).default([]),
  }),
);

export const scheduledTasks = z.array(z.object({ Key: z.string(), State: z.string() }));

const item = z.object({
  Id: z.string(),
  Name: z.string(),
  Type: z.string(),
  Path: z.string().nullish(),
  Album: z.string().nullish(),
  AlbumArtist: z.string().nullish(),
  SeriesName: z.string().nullish(),
  IndexNumber: z.number().int().nullish(),
  ParentIndexNumber: z.number().int().nullish(),
  ProductionYear: z.number().int().nullish(),
  /** Ten millions a second. */
  RunTimeTicks: z.number().nullish(),
  DateCreated: z.string().nullish(),
  ProviderIds: z.record(z.string(), z.string().nullable()).nullish(),
  MediaSources: z.array(z.object({ Path: z.string().nullish(), Size: z.number().nullish() })).nullish(),
});

export type Item = z.output<typeof item>;

export const page = z.object({
  Items: z.array(item),
  TotalRecordCount: z.number().int(),
  StartIndex: z.number().int(),
});

export const sessions = z.array(z.object({ NowPlayingItem: z.unknown().optional() }));

import { describe, expect, it } from '@jest/globals';

import {
  DEFAULT_QUALITY_PROFILE,
  qualityPlace,
  VIDEO_RESOLUTIONS,
  VIDEO_SOURCES,
  videoLimits,
  type VideoQuality,
} from '../../../src/domain/acquisition/video-quality.js';

const place = (quality: VideoQuality): number => qualityPlace(DEFAULT_QUALITY_PROFILE, quality);

describe('qualityPlace', () => {
  it('puts what is told by half at the lowest place of that half', () => {
    expect(place({ resolution: '1080p' })).toBe(place({ source: 'hdtv', resolution: '1080p' }));
    expect(place({ source: 'bluray' })).toBe(place({ source: 'bluray', resolution: '480p' }));
  });

  it('puts a cinema’s copy behind what tells nothing, whatever its lines', () => {
    expect(place({ source: 'cam', resolution: '2160p' })).toBe(place({ source: 'cam' }));
    expect(place({ source: 'cam' })).toBeGreaterThan(place({}));
  });

  it('has a place for everything that a name may tell', () => {
    for (const source of VIDEO_SOURCES)
      for (const resolution of VIDEO_RESOLUTIONS)
        expect(place({ source, resolution })).toBeLessThanOrEqual(DEFAULT_QUALITY_PROFILE.places.length);
  });
});

describe('videoLimits', () => {
  it('grow with the lines', () => {
    const limits = VIDEO_RESOLUTIONS.map((resolution) => videoLimits({ resolution }));
    expect(limits.map(({ lowest }) => lowest)).toEqual(
      limits.map(({ lowest }) => lowest).toSorted((a, b) => a - b),
    );
    expect(limits.every(({ lowest, highest }) => lowest < highest)).toBe(true);
  });
});

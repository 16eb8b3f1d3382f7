import type { RuleProfile } from './custom-rules.js';

/** What holds for films and episodes until somebody chooses another profile. */
export const DEFAULT_VIDEO_RULES: RuleProfile = {
  id: 'default-video',
  name: 'Films and episodes',
  minimumScore: 0,
  rules: [
    {
      rule: {
        id: 'cinema',
        name: 'No copies made in a cinema',
        effect: { kind: 'must_not' },
        conditions: [
          { kind: 'source', source: 'cam' },
          { kind: 'source', source: 'telesync' },
          { kind: 'source', source: 'screener' },
        ],
      },
    },
  ],
};

/**
 * Into which sound files an import writes tags. `copies`: those that are no links to their download, whose bytes are
 * seeded (acquisition.md §8 no. 47). `always`: what can be tagged is not linked, at the price of its room.
 */
export const TAG_WISHES = ['never', 'copies', 'always'] as const;
export type TagWish = (typeof TAG_WISHES)[number];

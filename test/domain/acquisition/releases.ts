import type { DecisionInput } from '../../../src/domain/acquisition/decide.js';
import type { MediaItem, Release } from '../../../src/domain/acquisition/release.js';
import type { RankedIndexer } from '../../../src/domain/acquisition/rule-facts.js';

export const MEBIBYTE = 1_048_576;
export const NOW = Date.parse('2026-03-01T12:00:00Z');

/** Ten hours: 275 MiB at 64 kbit/s. */
export const FOUNDATION: MediaItem = {
  mediaType: 'audiobook',
  title: 'Foundation',
  author: 'Isaac Asimov',
  language: 'en',
  runtimeSeconds: 36_000,
};

export const ALPHA: RankedIndexer = { id: 'alpha', name: 'Alpha', priority: 25, minimumSeeders: 1 };
export const BETA: RankedIndexer = { id: 'beta', name: 'Beta', priority: 10, minimumSeeders: 1 };

/** A release that fits FOUNDATION in everything. */
export function makeRelease(more: Partial<Release> = {}): Release {
  return {
    indexerId: 'alpha',
    guid: 'guid-1',
    title: 'Isaac Asimov - Foundation (1951) [English] [Unabridged] M4B',
    protocol: 'torrent',
    sizeBytes: 275 * MEBIBYTE,
    categories: [3030],
    seeders: 10,
    peers: 12,
    freeleech: false,
    ...more,
  };
}

export function makeInput(releases: Release[], more: Partial<DecisionInput> = {}): DecisionInput {
  return {
    item: FOUNDATION,
    releases,
    indexers: [ALPHA, BETA],
    blocklist: [],
    grabbed: [],
    protocols: ['torrent'],
    now: NOW,
    ...more,
  };
}

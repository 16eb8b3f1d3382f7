import { languageKey } from './languages.js';
import type { AudioStream } from './source.js';

export interface ChosenAudio {
  /** In the order of the output; the first plays by default. */
  kept: AudioStream[];
  dropped: { track: AudioStream; why: string }[];
  /** What was asked for and is not there. */
  notes: string[];
}

/**
 * Which sound tracks a playback file keeps: those of the languages asked for, in that order; else the default one and
 * one of each other language. Where none of them is there, the default one, and a note.
 */
export function chooseAudio(tracks: AudioStream[], languages: string[]): ChosenAudio {
  const byDefault = tracks.find(({ isDefault }) => isDefault) ?? tracks[0];
  const inOrder =
    byDefault === undefined ? [] : [byDefault, ...tracks.filter((track) => track !== byDefault)];
  const wanted = languages.map(languageKey);
  const found = wanted.length === 0 ? oneOfEach(inOrder) : ofLanguages(inOrder, wanted);
  const kept = found.length === 0 ? inOrder.slice(0, 1) : found;
  const missing = wanted.filter((language) => !kept.some((track) => keyOf(track) === language));
  return {
    kept,
    dropped: inOrder
      .filter((track) => !kept.includes(track))
      .map((track) => ({
        track,
        why: wanted.length === 0 ? 'another of its language is kept' : 'not asked for',
      })),
    notes: missing.length === 0 ? [] : [`there is no sound in ${missing.join(', ')}`],
  };
}

function oneOfEach(tracks: AudioStream[]): AudioStream[] {
  return tracks.filter((track, at) => tracks.findIndex((other) => keyOf(other) === keyOf(track)) === at);
}

function ofLanguages(tracks: AudioStream[], wanted: string[]): AudioStream[] {
  return wanted.flatMap((language) => tracks.find((track) => keyOf(track) === language) ?? []);
}

function keyOf({ language }: AudioStream): string {
  return languageKey(language ?? 'und');
}

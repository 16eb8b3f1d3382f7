import { inReadingOrder } from './classify.js';
import { fileStem } from './file-stem.js';

/** ISO 639-1 codes of the words by which releases call their subtitles; players know the codes. */
const LANGUAGES: Readonly<Record<string, string>> = {
  ...{
    english: 'en',
    eng: 'en',
    german: 'de',
    deutsch: 'de',
    ger: 'de',
    deu: 'de',
    french: 'fr',
    fre: 'fr',
    fra: 'fr',
  },
  ...{
    spanish: 'es',
    spa: 'es',
    italian: 'it',
    ita: 'it',
    portuguese: 'pt',
    por: 'pt',
    dutch: 'nl',
    dut: 'nl',
    nld: 'nl',
  },
  ...{
    swedish: 'sv',
    swe: 'sv',
    norwegian: 'no',
    nor: 'no',
    danish: 'da',
    dan: 'da',
    finnish: 'fi',
    fin: 'fi',
  },
  ...{
    polish: 'pl',
    pol: 'pl',
    russian: 'ru',
    rus: 'ru',
    japanese: 'ja',
    jpn: 'ja',
    chinese: 'zh',
    chi: 'zh',
    zho: 'zh',
  },
  ...{
    korean: 'ko',
    kor: 'ko',
    arabic: 'ar',
    ara: 'ar',
    turkish: 'tr',
    tur: 'tr',
    greek: 'el',
    gre: 'el',
    czech: 'cs',
  },
};
const FLAGS = new Set(['forced', 'sdh', 'cc', 'hi', 'default']);

export interface NamedSubtitle {
  from: string;
  name: string;
}

/**
 * What goes along with one video file, under its name: what is called like it ("Film.en.forced.srt"), and what lies in
 * a folder of its own for subtitles ("Subs/2_English.srt", "Subs/Film/2_English.srt").
 */
export function subtitleNames(
  subtitles: readonly string[],
  { video, name, isAlone }: { video: string; name: string; isAlone: boolean },
): NamedSubtitle[] {
  const stem = fileStem(name);
  const taken = new Set<string>();
  return inReadingOrder(subtitles).flatMap((from) => {
    const told = toldBeside(from, video) ?? toldInFolder(from, { video, isAlone });
    if (told === undefined) return [];
    const extension = /\.[^.]+$/.exec(from)?.[0].toLowerCase() ?? '';
    const wanted = [stem, ...told].join('.');
    let free = `${wanted}${extension}`;
    // A pair of .idx and .sub keeps one name.
    for (let number = 2; taken.has(free); number += 1) free = `${wanted}.${number}${extension}`;
    taken.add(free);
    return [{ from, name: free }];
  });
}

function toldBeside(from: string, video: string): string[] | undefined {
  const [own, its] = [fileStem(from), fileStem(video)];
  if (!own.toLowerCase().startsWith(its.toLowerCase())) return undefined;
  return labels(own.slice(its.length));
}

function toldInFolder(
  from: string,
  { video, isAlone }: { video: string; isAlone: boolean },
): string[] | undefined {
  const folders = from.split('/').slice(0, -1);
  const at = folders.findIndex((folder) => /^(subs?|subtitles?)$/i.test(folder));
  if (at === -1) return undefined;
  const inner = folders[at + 1];
  const isOwn = inner === undefined ? isAlone : inner.toLowerCase() === fileStem(video).toLowerCase();
  return isOwn ? labels(fileStem(from)) : undefined;
}

function labels(text: string): string[] {
  const words = text.toLowerCase().split(/[^\p{L}]+/u);
  const language = words.map(
    (word) => LANGUAGES[word] ?? (/^[a-z]{2}$/.test(word) && !FLAGS.has(word) ? word : undefined),
  );
  const first = language.find((code) => code !== undefined);
  return [...(first === undefined ? [] : [first]), ...words.filter((word) => FLAGS.has(word))];
}

import { readdir, readFile } from 'node:fs/promises';

export interface FoundProcess {
  pid: number;
  name: string;
  nice: number;
  args: string[];
}

/** Living processes that have `word` as a part of one of their arguments. Linux only. */
export async function findProcesses(word: string): Promise<FoundProcess[]> {
  const found: FoundProcess[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const read = (file: string): Promise<string> => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
    const cmdline = await read('cmdline');
    if (!cmdline.includes(word)) continue;
    const [, name = '', rest = ''] = /\((.*)\) (.*)/.exec(await read('stat')) ?? [];
    // Fields 3 (state) and 19 (nice) of proc(5) stat, counted from behind the name.
    const fields = rest.split(' ');
    if (name !== '' && fields[0] !== 'Z')
      found.push({ pid: Number(pid), name, nice: Number(fields[16]), args: cmdline.split('\0') });
  }
  return found;
}

import { Fault } from '../faults.js';
import { charSet, SHORTHANDS, type CharSet } from './pattern-chars.js';

/** A pattern as a tree. */
export type PatternNode =
  | { kind: 'char'; set: CharSet }
  | { kind: 'assert'; at: 'start' | 'end' | 'boundary' | 'inside' }
  | { kind: 'sequence'; nodes: PatternNode[] }
  | { kind: 'choice'; nodes: PatternNode[] }
  /** `most` null: without end. */
  | { kind: 'repeat'; node: PatternNode; least: number; most: number | null };

const MAX_LENGTH = 500;
const MAX_COUNT = 100;
const MAX_DEPTH = 50;
const ASSERTS = { '^': 'start', $: 'end' } as const;
const CONTROLS: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r' };

/** @throws Fault bad_input that names the place, for what is no pattern or asks for more than one pass can do. */
export function parsePattern(source: string): PatternNode {
  if (source === '' || source.length > MAX_LENGTH) {
    throw new Fault('bad_input', `Expected a pattern of 1 to ${MAX_LENGTH} characters, got ${source.length}`);
  }
  return new PatternParser(source).parse();
}

class PatternParser {
  readonly #source: string;
  #at = 0;
  #depth = 0;

  constructor(source: string) {
    this.#source = source;
  }

  parse(): PatternNode {
    const node = this.#choice();
    if (this.#at < this.#source.length) throw this.#fault('its "(" before this ")"');
    return node;
  }

  #choice(): PatternNode {
    const nodes = [this.#sequence()];
    while (this.#take('|')) nodes.push(this.#sequence());
    return nodes.length === 1 && nodes[0] !== undefined ? nodes[0] : { kind: 'choice', nodes };
  }

  #sequence(): PatternNode {
    const nodes: PatternNode[] = [];
    while (this.#at < this.#source.length && !/[|)]/.test(this.#peek()))
      nodes.push(this.#repeat(this.#atom()));
    return { kind: 'sequence', nodes };
  }

  #repeat(node: PatternNode): PatternNode {
    const bounds = this.#quantifier();
    if (bounds === undefined) return node;
    if (node.kind === 'assert') throw this.#fault('something to repeat');
    // Lazy or greedy: whether it matches is the same.
    this.#take('?');
    return { kind: 'repeat', node, ...bounds };
  }

  #quantifier(): { least: number; most: number | null } | undefined {
    if (this.#take('*')) return { least: 0, most: null };
    if (this.#take('+')) return { least: 1, most: null };
    if (this.#take('?')) return { least: 0, most: 1 };
    const counted = /^\{(\d{1,4})(,(\d{0,4}))?\}/.exec(this.#source.slice(this.#at));
    if (counted === null) return undefined;
    const least = Number(counted[1]);
    const most = counted[2] === undefined ? least : counted[3] === '' ? null : Number(counted[3]);
    if (Math.max(least, most ?? 0) > MAX_COUNT) throw this.#fault(`a count of at most ${MAX_COUNT}`);
    if (most !== null && most < least) throw this.#fault('a count that goes upwards');
    this.#at += counted[0].length;
    return { least, most };
  }

  #atom(): PatternNode {
    const char = this.#next();
    switch (char) {
      case '(':
        return this.#group();
      case '[':
        return { kind: 'char', set: this.#set() };
      case '.':
        return { kind: 'char', set: charSet([[0, 0xff_ff]]) };
      case '^':
      case '$':
        return { kind: 'assert', at: ASSERTS[char] };
      case '\\':
        return this.#escape();
      case '*':
      case '+':
      case '?':
        throw this.#fault('something to repeat');
      default:
        return { kind: 'char', set: setOf(char) };
    }
  }

  #group(): PatternNode {
    if (this.#take('?') && !this.#take(':')) {
      throw this.#fault('a plain group: looking ahead or back is not supported, use a negated condition');
    }
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw this.#fault(`at most ${MAX_DEPTH} groups in each other`);
    const node = this.#choice();
    if (!this.#take(')')) throw this.#fault('")"');
    this.#depth -= 1;
    return node;
  }

  #escape(): PatternNode {
    const char = this.#next();
    if (char === 'b' || char === 'B') return { kind: 'assert', at: char === 'b' ? 'boundary' : 'inside' };
    return { kind: 'char', set: this.#escaped(char) };
  }

  #escaped(char: string): CharSet {
    const shorthand = SHORTHANDS[char];
    if (shorthand !== undefined) return shorthand;
    const control = CONTROLS[char];
    if (control !== undefined) return setOf(control);
    if (/[A-Za-z0-9]/.test(char)) throw this.#fault(`a known escape, "\\${char}" is not supported`);
    return setOf(char);
  }

  /** Behind the opening bracket. */
  #set(): CharSet {
    const negated = this.#take('^');
    const sets: CharSet[] = [];
    while (!this.#take(']')) sets.push(this.#setMember());
    const ranges = sets.flatMap((set) => set.ranges);
    return charSet(ranges, { negated });
  }

  #setMember(): CharSet {
    const first = this.#setChar();
    if (this.#peek() !== '-' || this.#source[this.#at + 1] === ']') return first;
    this.#at += 1;
    const [from, to] = [first, this.#setChar()].map(({ ranges }) => ranges[0]?.[0] ?? 0);
    if (from === undefined || to === undefined || to < from) throw this.#fault('a range that goes upwards');
    return charSet([[from, to]]);
  }

  #setChar(): CharSet {
    const char = this.#next();
    return char === '\\' ? this.#escaped(this.#next()) : setOf(char);
  }

  #peek(): string {
    return this.#source[this.#at] ?? '';
  }

  #next(): string {
    const char = this.#source[this.#at];
    if (char === undefined) throw this.#fault('more behind its end');
    this.#at += 1;
    return char;
  }

  #take(char: string): boolean {
    if (this.#source[this.#at] !== char) return false;
    this.#at += 1;
    return true;
  }

  #fault(expected: string): Fault {
    return new Fault(
      'bad_input',
      `Expected ${expected} at character ${this.#at} of the pattern "${this.#source}"`,
      {
        remedy:
          'Patterns know . [ ] ( ) | * + ? {n,m} ^ $ \\b \\d \\w \\s and never tell small letters from capitals',
      },
    );
  }
}

function setOf(char: string): CharSet {
  const code = char.charCodeAt(0);
  return charSet([[code, code]]);
}

import { Fault } from '../faults.js';
import { WORD_CHARS, type CharSet } from './pattern-chars.js';
import { parsePattern, type PatternNode } from './pattern-syntax.js';

/** A pattern that reads each character of a text once, whatever it says (docs/decisions/acquisition.md). */
export interface Pattern {
  /** Looks at the first 500 characters. */
  test: (text: string) => boolean;
}

type Assert = Extract<PatternNode, { kind: 'assert' }>['at'];

type Instruction =
  | { op: 'char'; set: CharSet }
  | { op: 'assert'; at: Assert }
  /** Goes on at every one of `to`; filled in once they are known. */
  | { op: 'split'; to: number[] }
  | { op: 'match' };

const MAX_TEXT = 500;
const MAX_PROGRAM = 1_000;

/**
 * Compiles a pattern of people into a program that keeps all places where it may be at once (Thompson's way), so that
 * no pattern can go back and forth: the work is at most text × program, 500 × 1,000 steps.
 * @throws Fault bad_input for what is no pattern, or one that is too large.
 */
export function compilePattern(source: string): Pattern {
  const program: Instruction[] = [];
  emit(parsePattern(source), program, source);
  program.push({ op: 'match' });
  return { test: (text) => runProgram(program, text.slice(0, MAX_TEXT)) };
}

function emit(node: PatternNode, program: Instruction[], source: string): void {
  if (program.length > MAX_PROGRAM) {
    throw new Fault(
      'bad_input',
      `Expected a smaller pattern: "${source}" repeats more than ${MAX_PROGRAM} parts`,
      {
        remedy: 'Repeat less, or without a count',
      },
    );
  }
  switch (node.kind) {
    case 'char':
      program.push({ op: 'char', set: node.set });
      return;
    case 'assert':
      program.push({ op: 'assert', at: node.at });
      return;
    case 'sequence':
      for (const part of node.nodes) emit(part, program, source);
      return;
    case 'choice':
      emitChoice(node.nodes, program, source);
      return;
    case 'repeat':
      emitRepeat(node, program, source);
      return;
  }
}

function emitChoice(nodes: readonly PatternNode[], program: Instruction[], source: string): void {
  const entries: number[] = [];
  const exits: number[][] = [];
  program.push({ op: 'split', to: entries });
  for (const node of nodes) {
    entries.push(program.length);
    emit(node, program, source);
    const exit: number[] = [];
    exits.push(exit);
    program.push({ op: 'split', to: exit });
  }
  for (const exit of exits) exit.push(program.length);
}

function emitRepeat(
  { node, least, most }: Extract<PatternNode, { kind: 'repeat' }>,
  program: Instruction[],
  source: string,
): void {
  const before = program.length;
  // What has no parts is not repeated: a hundred times a hundred times nothing would still take its time.
  for (let count = 0; count < least && (count === 0 || program.length > before); count += 1) {
    emit(node, program, source);
  }
  if (most === null) {
    const start = program.length;
    const to = [start + 1];
    program.push({ op: 'split', to });
    emit(node, program, source);
    program.push({ op: 'split', to: [start] });
    to.push(program.length);
    return;
  }
  for (let count = least; count < most; count += 1) {
    const to = [program.length + 1];
    program.push({ op: 'split', to });
    emit(node, program, source);
    to.push(program.length);
  }
}

/** All places in the program where one may stand, each once; `generation` spares emptying the marks. */
class Places {
  readonly #program: readonly Instruction[];
  readonly #marks: Uint32Array;
  #generation = 1;
  list: number[] = [];
  isMatch = false;

  constructor(program: readonly Instruction[]) {
    this.#program = program;
    this.#marks = new Uint32Array(program.length);
  }

  clear(): void {
    this.#generation += 1;
    this.list.length = 0;
  }

  add(first: number, text: string, at: number): void {
    const open = [first];
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      if (this.#marks[place] === this.#generation) continue;
      this.#marks[place] = this.#generation;
      const instruction = this.#program[place];
      if (instruction === undefined) continue;
      switch (instruction.op) {
        case 'char':
          this.list.push(place);
          break;
        case 'assert':
          if (holds(instruction.at, text, at)) open.push(place + 1);
          break;
        case 'split':
          open.push(...instruction.to);
          break;
        case 'match':
          this.isMatch = true;
          break;
      }
    }
  }
}

function runProgram(program: readonly Instruction[], text: string): boolean {
  let [now, next] = [new Places(program), new Places(program)];
  for (let at = 0; at <= text.length; at += 1) {
    now.add(0, text, at);
    if (now.isMatch) return true;
    next.clear();
    const code = text.charCodeAt(at);
    for (const place of at < text.length ? now.list : []) {
      const instruction = program[place];
      if (instruction?.op === 'char' && instruction.set.has(code)) next.add(place + 1, text, at + 1);
    }
    [now, next] = [next, now];
  }
  return false;
}

function holds(assert: Assert, text: string, at: number): boolean {
  switch (assert) {
    case 'start':
      return at === 0;
    case 'end':
      return at === text.length;
    case 'boundary':
      return isWordAt(text, at - 1) !== isWordAt(text, at);
    case 'inside':
      return isWordAt(text, at - 1) === isWordAt(text, at);
  }
}

function isWordAt(text: string, at: number): boolean {
  return at >= 0 && at < text.length && WORD_CHARS.has(text.charCodeAt(at));
}

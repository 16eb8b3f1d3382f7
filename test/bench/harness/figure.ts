/** The closed set of what benches measure in. */
export type Unit =
  'ms' | 's' | 'jobs/s' | 'MiB' | '% of a core' | 'calls' | 'files/s' | 'MiB/s' | 'pictures/s' | 'times';

/** What the value is held against: `times` of the yardstick where there is one, else the value itself. */
export type Goal =
  { kind: 'atMost' | 'atLeast'; value: number } | { kind: 'atMost' | 'atLeast'; timesYardstick: number };

export interface Yardstick {
  name: string;
  value: number;
  unit: Unit;
}

export interface Interval {
  from: number;
  to: number;
}

/** One measured figure. `value` is a median unless the name says otherwise. */
export interface Measured {
  name: string;
  value: number;
  unit: Unit;
  /** In which the true median lies, of nineteen times in twenty. */
  interval?: Interval;
  goal?: Goal;
  /** Measured in the same run. */
  yardstick?: Yardstick;
}

/** A figure as it is reported, with its goal in words and whether that was met. */
export interface Figure {
  name: string;
  value: number;
  unit: Unit;
  interval: Interval | null;
  goal: string | null;
  met: boolean | null;
  yardstick: Yardstick | null;
}

export function judge({ name, value, unit, interval, goal, yardstick }: Measured): Figure {
  return {
    name,
    value: round(value),
    unit,
    interval: interval === undefined ? null : { from: round(interval.from), to: round(interval.to) },
    goal: goal === undefined ? null : goalInWords(goal, unit),
    met: goal === undefined ? null : isMet(value, goal, yardstick),
    yardstick: yardstick === undefined ? null : { ...yardstick, value: round(yardstick.value) },
  };
}

function goalInWords(goal: Goal, unit: Unit): string {
  const sign = goal.kind === 'atMost' ? '≤' : '≥';
  return 'value' in goal ? `${sign} ${goal.value} ${unit}` : `${sign} ${goal.timesYardstick} × yardstick`;
}

function isMet(value: number, goal: Goal, yardstick: Yardstick | undefined): boolean {
  const bound = 'value' in goal ? goal.value : goal.timesYardstick * (yardstick?.value ?? Number.NaN);
  switch (goal.kind) {
    case 'atMost':
      return value <= bound;
    case 'atLeast':
      return value >= bound;
  }
}

/** Three figures are more than a shared machine can repeat. */
function round(value: number): number {
  return Number(value.toPrecision(3));
}

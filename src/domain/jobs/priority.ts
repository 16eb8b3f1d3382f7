/** One scale for all pipelines: 1 starts first, 10 last; Temporal's priorityKey one to one (design §2). */
export const DEFAULT_PRIORITY = 5;

export const NAMED_PRIORITIES = { high: 2, normal: 5, medium: 5, low: 9 } as const;

export type NamedPriority = keyof typeof NAMED_PRIORITIES;

export function isPriority(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 10;
}

/** A wait that a change ends early; a change told meanwhile ends the next wait at once. */
export interface Wake {
  wake: () => void;
  /** true when woken, false when the time is over. */
  wait: (ms: number) => Promise<boolean>;
}

export function createWake(): Wake {
  let told = false;
  let resolveWait: ((woken: boolean) => void) | undefined;
  return {
    wake: () => {
      told = true;
      resolveWait?.(true);
    },
    wait: async (ms) => {
      let timer: NodeJS.Timeout | undefined;
      const woken =
        told ||
        (await new Promise<boolean>((resolve) => {
          resolveWait = resolve;
          timer = setTimeout(resolve, ms, false);
        }));
      clearTimeout(timer);
      resolveWait = undefined;
      told = false;
      return woken;
    },
  };
}

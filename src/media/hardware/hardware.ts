import { stat } from 'node:fs/promises';

import { hasCard, type Capabilities, type Probed } from '../../domain/media/capabilities.js';
import {
  afterFault,
  afterTrial,
  HEALTHY,
  QUARANTINE_RULES,
  type CardHealth,
  type QuarantineRules,
} from '../../domain/media/card-health.js';
import type { MediaTools } from '../tools.js';
import { findDevices } from './devices.js';
import { probeHardware } from './probe-hardware.js';

/** What encodes on this host, as it was found out last. */
export interface Hardware {
  /**
   * What there is; tried at the first time, and anew where FFmpeg is another file.
   * @throws as probeHardware
   */
  capabilities: () => Promise<Capabilities>;
  /** A fault of the card, in words: it is counted, and all is tried anew. */
  cardFailed: (reason: string) => void;
  /** Tries all each hour, and at the end of a quarantine. Returns what stops it. */
  watch: (listener: HardwareListener) => { stop: () => Promise<void> };
}

export interface HardwareListener {
  changed: (capabilities: Capabilities) => void;
  failed: (error: unknown) => void;
}

export interface HardwareOptions {
  tools: Pick<MediaTools, 'run' | 'describe'>;
  /** Its absolute path, or its name on PATH. */
  ffmpegPath: string;
  /** null: none of this host is ours. */
  gpuDevice: string | null;
  /** Of the render nodes; for tests. */
  nodesFolder?: string;
  rules?: QuarantineRules;
  everyMs?: number;
}

const HOUR_MS = 60 * 60_000;

export function createHardware(options: HardwareOptions): Hardware {
  const keeper = new HardwareKeeper(options);
  return { capabilities: keeper.capabilities, cardFailed: keeper.cardFailed, watch: keeper.watch };
}

class HardwareKeeper {
  readonly #options: HardwareOptions;
  readonly #rules: QuarantineRules;
  readonly #halt = new AbortController();
  #health: CardHealth = HEALTHY;
  #found: { probed: Probed; binary: string } | undefined;
  #probing: Promise<Capabilities> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #listener: HardwareListener | undefined;

  constructor(options: HardwareOptions) {
    this.#options = options;
    this.#rules = options.rules ?? QUARANTINE_RULES;
  }

  readonly capabilities = async (): Promise<Capabilities> => {
    if (this.#found === undefined) return this.#probe();
    return this.#found.binary === (await binaryOf(this.#options.ffmpegPath))
      ? this.#shown(this.#found)
      : this.#probe();
  };

  readonly cardFailed = (reason: string): void => {
    this.#health = afterFault(this.#health, { at: Date.now(), reason }, this.#rules);
    this.#tell();
    this.#probeSoon();
  };

  readonly watch = (listener: HardwareListener): { stop: () => Promise<void> } => {
    this.#listener = listener;
    this.#schedule();
    return {
      stop: async () => {
        this.#listener = undefined;
        clearTimeout(this.#timer);
        this.#halt.abort();
        await this.#probing?.catch(() => undefined);
      },
    };
  };

  /** One at a time, whoever asks. */
  #probe(): Promise<Capabilities> {
    this.#probing ??= this.#probeNow().finally(() => {
      this.#probing = undefined;
    });
    return this.#probing;
  }

  async #probeNow(): Promise<Capabilities> {
    const { tools, ffmpegPath, gpuDevice, nodesFolder } = this.#options;
    const binary = await binaryOf(ffmpegPath);
    const devices = await findDevices(gpuDevice, nodesFolder);
    const probed = await probeHardware(tools, { devices, signal: this.#halt.signal });
    this.#found = { probed: { probedAt: new Date().toISOString(), ...probed }, binary };
    const isGood = hasCard({ ...this.#found.probed, quarantine: null });
    this.#health = afterTrial(this.#health, { at: Date.now(), isGood }, this.#rules);
    this.#tell();
    return this.#shown(this.#found);
  }

  #probeSoon(): void {
    if (this.#listener === undefined) return;
    this.#probe()
      .catch((error: unknown) => this.#listener?.failed(error))
      .finally(() => {
        this.#schedule();
      });
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#listener === undefined) return;
    const { everyMs = HOUR_MS } = this.#options;
    const { quarantine } = this.#health;
    const untilEndMs = quarantine === null ? everyMs : Math.max(0, quarantine.until - Date.now());
    this.#timer = setTimeout(
      () => {
        this.#probeSoon();
      },
      Math.min(everyMs, untilEndMs),
    );
  }

  #tell(): void {
    if (this.#found !== undefined) this.#listener?.changed(this.#shown(this.#found));
  }

  #shown({ probed }: { probed: Probed }): Capabilities {
    const { quarantine } = this.#health;
    if (quarantine === null) return { ...probed, quarantine };
    const { since, until, reason } = quarantine;
    return {
      ...probed,
      quarantine: { since: new Date(since).toISOString(), until: new Date(until).toISOString(), reason },
    };
  }
}

/** An FFmpeg that was replaced can do other things. */
async function binaryOf(ffmpegPath: string): Promise<string> {
  const found = await stat(ffmpegPath).catch(() => undefined);
  return [ffmpegPath, found?.ino, found?.size, found?.mtimeMs].join();
}

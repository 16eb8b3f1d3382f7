import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export interface HttpObservation {
  method: string;
  /** The route's pattern, never the path: ids would make a series each. */
  route: string;
  status: number;
  seconds: number;
  /** An event stream lasts as long as its reader stays: it is counted, not timed. */
  stream: boolean;
}

export interface JobCount {
  type: string;
  status: string;
  count: number;
}

export interface HealthFigures {
  checks: { kind: string; level: string; count: number }[];
  /** Seconds since the last look of each type of job; none where it has never looked. */
  ages: { type: string; seconds: number }[];
}

/** What the database knows; read at each scrape. */
export interface MetricSources {
  jobs: () => Promise<JobCount[]>;
  openAttempts: () => Promise<{ queue: string; count: number }[]>;
  workers: () => Promise<{ role: string; count: number }[]>;
  health: () => Promise<HealthFigures>;
}

/** Prometheus metrics of one process, in a registry of its own. */
export interface Metrics {
  observeHttp: (observation: HttpObservation) => void;
  streamOpened: () => void;
  streamClosed: () => void;
  /** The exposition text; a source that fails leaves its series out and is told in `longplay_scrape_errors`. */
  expose: (sources: MetricSources) => Promise<{ text: string; contentType: string }>;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  // Includes nodejs_eventloop_lag_seconds, memory and CPU of this process.
  collectDefaultMetrics({ register: registry });
  const http = new Histogram({
    name: 'longplay_http_request_seconds',
    help: 'Duration of HTTP requests, event streams left out',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [registry],
  });
  const streams = new Gauge({
    name: 'longplay_event_streams',
    help: 'Open event streams',
    registers: [registry],
  });
  const database = createDatabaseGauges(registry);
  return {
    observeHttp: ({ method, route, status, seconds, stream }) => {
      if (!stream) http.observe({ method, route, status: String(status) }, seconds);
    },
    streamOpened: () => {
      streams.inc();
    },
    streamClosed: () => {
      streams.dec();
    },
    expose: async (sources) => {
      await database.read(sources);
      return { text: await registry.metrics(), contentType: registry.contentType };
    },
  };
}

function createDatabaseGauges(registry: Registry): { read: (sources: MetricSources) => Promise<void> } {
  const gauge = <Label extends string>(name: string, help: string, labelNames: Label[]): Gauge<Label> =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const jobs = gauge('longplay_jobs', 'Jobs by type and status', ['type', 'status']);
  const attempts = gauge('longplay_open_attempts', 'Attempts that run now', ['queue']);
  const workers = gauge('longplay_workers', 'Worker processes seen within 12 s', ['role']);
  const checks = gauge('longplay_health_checks', 'What the last look at the house said', ['kind', 'level']);
  const ages = gauge('longplay_health_age_seconds', 'Time since the last look at the house', ['type']);
  const errors = gauge('longplay_scrape_errors', 'Sources that failed in this scrape', ['source']);
  const read = async (source: string, targets: Gauge[], work: () => Promise<void>): Promise<void> => {
    for (const target of targets) target.reset();
    try {
      await work();
      errors.set({ source }, 0);
    } catch {
      errors.set({ source }, 1);
    }
  };
  return {
    read: async (sources) => {
      await read('jobs', [jobs], async () => {
        setCounts(jobs, await sources.jobs());
      });
      await read('attempts', [attempts], async () => {
        setCounts(attempts, await sources.openAttempts());
      });
      await read('workers', [workers], async () => {
        setCounts(workers, await sources.workers());
      });
      await read('health', [checks, ages], async () => {
        const health = await sources.health();
        setCounts(checks, health.checks);
        for (const { type, seconds } of health.ages) ages.set({ type }, seconds);
      });
    },
  };
}

function setCounts(target: Gauge, rows: readonly { count: number }[]): void {
  for (const { count, ...labels } of rows) target.set(labels as Record<string, string>, count);
}

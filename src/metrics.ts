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

/** What the database knows; read at each scrape. */
export interface MetricSources {
  jobs: () => Promise<JobCount[]>;
  openAttempts: () => Promise<{ queue: string; count: number }[]>;
  workers: () => Promise<{ role: string; count: number }[]>;
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
  const errors = gauge('longplay_scrape_errors', 'Sources that failed in this scrape', ['source']);
  const fill = async <Row extends { count: number }>(
    source: string,
    target: Gauge,
    rows: () => Promise<Row[]>,
  ): Promise<void> => {
    target.reset();
    try {
      for (const { count, ...labels } of await rows()) target.set(labels as Record<string, string>, count);
      errors.set({ source }, 0);
    } catch {
      errors.set({ source }, 1);
    }
  };
  return {
    read: async (sources) => {
      await fill('jobs', jobs, sources.jobs);
      await fill('attempts', attempts, sources.openAttempts);
      await fill('workers', workers, sources.workers);
    },
  };
}

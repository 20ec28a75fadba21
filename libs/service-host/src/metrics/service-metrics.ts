import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

type Labels = Readonly<Record<string, string | number>>;

/** How far a change has come: each counted from the push. */
export type Stage =
  'push-stored' | 'push-published' | 'pulled' | 'entry-published' | 'entry-readable' | 'meeting-readable';

const longestDelaySeconds = 3_600;

/** By default a timer wakes the process a hundred times a second, half a percent of a core, to find that it is idle. */
const EVENT_LOOP_EVERY_MS = 100;

const FAST = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const SLOW = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600];

/** The figures of one process, in a registry of its own. Durations are in seconds, as Prometheus has them. */
export class ServiceMetrics {
  readonly registry = new Registry();
  private readonly counters = new Map<string, Counter>();
  private readonly gauges = new Map<string, Gauge>();
  private readonly histograms = new Map<string, Histogram>();

  constructor(service: string) {
    this.registry.setDefaultLabels({ service });
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: EVENT_LOOP_EVERY_MS });
  }

  /** One call to a provider: `ok`, or the name of the failure. */
  providerCall(provider: string, operation: string, outcome: string, seconds: number): void {
    this.observe(
      'provider_call_seconds',
      'Calls to calendar providers',
      { provider, operation, outcome },
      seconds,
      SLOW,
    );
  }

  /** How long a change took to get to a stage, counted from the push. */
  stage(stage: Stage, seconds: number): void {
    if (seconds >= 0)
      this.observe('push_to_read_seconds', 'From a push to the read model, by stage', { stage }, seconds, SLOW);
  }

  /** A message has got to a stage. Says nothing where no push began it, nor of one so old that it comes by a replay. */
  reached(stage: Stage, { causedAt }: { causedAt?: string | undefined }): void {
    if (causedAt === undefined) return;
    const seconds = (Date.now() - Date.parse(causedAt)) / 1_000;
    if (seconds <= longestDelaySeconds) this.stage(stage, seconds);
  }

  count(name: string, help: string, labels: Labels = {}, by = 1): void {
    this.counter(name, help, Object.keys(labels)).inc(labels, by);
  }

  gauge(name: string, help: string, labels: Labels, value: number): void {
    let gauge = this.gauges.get(name);
    if (gauge === undefined) {
      gauge = new Gauge({ name, help, labelNames: Object.keys(labels), registers: [this.registry] });
      this.gauges.set(name, gauge);
    }
    gauge.set(labels, value);
  }

  observe(name: string, help: string, labels: Labels, value: number, buckets: readonly number[] = FAST): void {
    let histogram = this.histograms.get(name);
    if (histogram === undefined) {
      histogram = new Histogram({
        name,
        help,
        labelNames: Object.keys(labels),
        buckets: [...buckets],
        registers: [this.registry],
      });
      this.histograms.set(name, histogram);
    }
    histogram.observe(labels, value);
  }

  private counter(name: string, help: string, labelNames: string[]): Counter {
    const known = this.counters.get(name);
    if (known) return known;
    const counter = new Counter({ name, help, labelNames, registers: [this.registry] });
    this.counters.set(name, counter);
    return counter;
  }
}

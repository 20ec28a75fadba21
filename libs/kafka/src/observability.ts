type LogMethod = (fields: object, message: string) => void;

/** As much of pino as is needed here. */
export interface Logger {
  debug: LogMethod;
  info: LogMethod;
  warn: LogMethod;
  error: LogMethod;
}

export type Labels = Readonly<Record<string, string | number>>;

/** Where figures go. The host keeps them; nothing here knows Prometheus. Durations are in seconds. */
export interface Metrics {
  count(name: string, help: string, labels?: Labels, by?: number): void;
  gauge(name: string, help: string, labels: Labels, value: number): void;
  observe(name: string, help: string, labels: Labels, value: number): void;
}

const nothing = () => undefined;
export const noMetrics: Metrics = { count: nothing, gauge: nothing, observe: nothing };

/** What an error says, without the objects that drivers hang onto it. */
export function describeError(error: unknown): string {
  if (error instanceof Error) return `${error.name}: ${error.message}`;
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
  return String(error);
}

import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, type ContextManager, context, ROOT_CONTEXT, trace, TraceFlags } from '@opentelemetry/api';

/** Carries the OpenTelemetry context over awaits. An SDK that was loaded before keeps its own. */
class AsyncContext implements ContextManager {
  private readonly storage = new AsyncLocalStorage<Context>();

  active = () => this.storage.getStore() ?? ROOT_CONTEXT;

  with<Args extends unknown[], Fn extends (...args: Args) => ReturnType<Fn>>(
    active: Context,
    work: Fn,
    thisArg?: ThisParameterType<Fn>,
    ...args: Args
  ): ReturnType<Fn> {
    return this.storage.run(active, () => work.call(thisArg, ...args));
  }

  bind<Target>(active: Context, target: Target): Target {
    if (typeof target !== 'function') return target;
    return ((...args: unknown[]) => this.storage.run(active, () => target(...args))) as Target;
  }

  enable = () => this;
  disable = () => this;
}

export function carryTraces(): void {
  context.setGlobalContextManager(new AsyncContext());
}

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
const NONE = /^0+$/;

/** The trace that is being worked in, or nothing outside of any. */
export function currentTrace(): { traceId: string; spanId: string } | undefined {
  const span = trace.getSpanContext(context.active());
  return span && { traceId: span.traceId, spanId: span.spanId };
}

/** The W3C `traceparent` to hand on (HTTP header, metadata of an appended event), or undefined outside of any trace. */
export function currentTraceparent(): string | undefined {
  const span = trace.getSpanContext(context.active());
  return span && `00-${span.traceId}-${span.spanId}-${span.traceFlags.toString(16).padStart(2, '0')}`;
}

/** Runs the work in a span of the trace that the W3C `traceparent` names, or of a new one. */
export function inTrace<Result>(traceparent: string | undefined, work: () => Result): Result {
  const parent = traceparent === undefined ? null : TRACEPARENT.exec(traceparent);
  const usable = parent && !NONE.test(parent[1]!) && !NONE.test(parent[2]!);
  return context.with(
    trace.setSpanContext(context.active(), {
      traceId: usable ? parent[1]! : randomHex() + randomHex(),
      spanId: randomHex(),
      traceFlags: usable ? Number.parseInt(parent[3]!, 16) & TraceFlags.SAMPLED : TraceFlags.SAMPLED,
    }),
    work,
  );
}

/** 16 digits. Unique enough for spans, and a hundred times as cheap as the system's random bytes; never all zeros. */
const randomHex = () =>
  (Math.floor(Math.random() * 0xffffffff) + 1).toString(16).padStart(8, '0') +
  Math.floor(Math.random() * 0x100000000)
    .toString(16)
    .padStart(8, '0');

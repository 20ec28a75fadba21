export interface Call {
  /** Google's name of the method, such as `calendar.events.list`, or a name of our own for the rest. */
  operation: string;
  method: string;
  path: string;
  /** Path parameters, decoded. */
  params: { readonly [name: string]: string };
  query: URLSearchParams;
  headers: { readonly [name: string]: string | undefined };
  body: Buffer;
}

export interface Reply {
  status: number;
  /** Sent as JSON; absent means an empty body. */
  json?: unknown;
  text?: string;
  contentType?: string;
  headers?: { [name: string]: string };
}

export type Handler = (call: Call) => Reply | Promise<Reply>;

interface Route {
  method: string;
  pattern: RegExp;
  names: string[];
  operation: string;
  handler: Handler;
}

/** Paths are matched raw and decoded per segment, so that `%2F` and `%40` inside an id stay inside it. */
export class Router {
  private readonly routes: Route[] = [];

  add(method: string, path: string, operation: string, handler: Handler): void {
    const names: string[] = [];
    const source = path.replace(/\{(\w+)\}/g, (_, name: string) => {
      names.push(name);
      return '([^/]+)';
    });
    this.routes.push({ method, pattern: new RegExp(`^${source}$`), names, operation, handler });
  }

  find(method: string, path: string): { operation: string; handler: Handler; params: Call['params'] } | undefined {
    for (const route of this.routes) {
      if (route.method !== method) continue;
      const match = route.pattern.exec(path);
      if (!match) continue;
      const params: { [name: string]: string } = {};
      for (const [index, name] of route.names.entries()) params[name] = decode(match[index + 1] ?? '');
      return { operation: route.operation, handler: route.handler, params };
    }
    return undefined;
  }
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

import { HttpException } from '@nestjs/common';

/** One fault of a request: where, and what would be right there. */
export interface FieldFault {
  field: string;
  detail: string;
}

/** The body of every answer that is an error, RFC 9457. */
export interface ProblemDocument {
  type: string;
  title: string;
  status: number;
  /** Stable, in kebab-case; what a program decides by. */
  code: string;
  detail?: string;
  errors?: FieldFault[];
  /** Stands in the log of the service, too. */
  incidentId?: string;
}

const TITLES: Readonly<Record<number, readonly [code: string, title: string]>> = {
  400: ['bad-request', 'The request is not as it must be'],
  401: ['unauthenticated', 'A valid token is needed'],
  403: ['forbidden', 'This token may not do that'],
  404: ['not-found', 'There is no such thing'],
  405: ['method-not-allowed', 'This resource does not take that method'],
  406: ['not-acceptable', 'No representation that the client accepts'],
  408: ['request-timeout', 'The request did not arrive in time'],
  409: ['conflict', 'The request conflicts with the present state'],
  410: ['gone', 'It is no longer there'],
  413: ['body-too-large', 'The body is too large'],
  414: ['uri-too-long', 'The address is too long'],
  415: ['unsupported-media-type', 'The body is of a type that is not read here'],
  422: ['refused', 'A rule says no'],
  429: ['too-many-requests', 'Too many requests'],
  431: ['headers-too-large', 'The headers are too large'],
  500: ['unexpected', 'Something went wrong here'],
  501: ['not-implemented', 'This is not offered yet'],
  503: ['unavailable', 'Not available at the moment'],
};

export interface ProblemOptions {
  code?: string;
  title?: string;
  detail?: string;
  errors?: FieldFault[];
  incidentId?: string;
}

export function problemDocument(status: number, options: ProblemOptions = {}): ProblemDocument {
  const [standardCode, standardTitle] = TITLES[status] ?? TITLES[status >= 500 ? 500 : 400]!;
  const code = options.code ?? standardCode;
  return {
    type: `urn:calendar-sync:problem:${code}`,
    title: options.title ?? standardTitle,
    status,
    code,
    ...(options.detail !== undefined && { detail: options.detail }),
    ...(options.errors !== undefined && { errors: options.errors }),
    ...(options.incidentId !== undefined && { incidentId: options.incidentId }),
  };
}

/** Thrown by a controller or a guard to answer with a problem: `throw new Problem(404, { detail: '…' })`. */
export class Problem extends HttpException {
  readonly document: ProblemDocument;

  constructor(
    status: number,
    options: ProblemOptions = {},
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    const document = problemDocument(status, options);
    super(document, status);
    this.document = document;
  }
}

import { badRequest, parseError } from './api-error';
import type { Call } from './router';

export interface JsonObject {
  [field: string]: unknown;
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The body as an object; an empty body is an empty object. */
export function jsonBody(call: Call): JsonObject {
  if (call.body.length === 0) return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(call.body.toString('utf8'));
  } catch {
    throw parseError();
  }
  if (!isObject(parsed)) throw parseError();
  return parsed;
}

export const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

export const number = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

export const texts = (value: unknown): string[] | undefined =>
  Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : undefined;

export function flag(query: URLSearchParams, name: string): boolean | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  if (value !== 'true' && value !== 'false') throw badRequest(`Invalid value for ${name}: ${value}`);
  return value === 'true';
}

export function maxResults(query: URLSearchParams, byDefault: number, cap: number): number {
  const value = query.get('maxResults');
  if (value === null) return byDefault;
  const count = Number(value);
  if (!Number.isInteger(count) || count < 1) throw badRequest(`Invalid value for maxResults: ${value}`);
  return Math.min(count, cap);
}

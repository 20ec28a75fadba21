import { domainsAbove, webUrl } from './hosts';
import { Wrapper, wrappers } from './wrappers';

const DEEPEST = 12;

const byDomain = new Map<string, Wrapper[]>();
for (const wrapper of wrappers) {
  for (const host of wrapper.hosts) byDomain.set(host, [...(byDomain.get(host) ?? []), wrapper]);
}

export interface Unwrapped {
  /** The real link; the innermost that can be read where a wrapper is broken. */
  url: URL;
  /** Names of the wrappers around it, outermost first. */
  wrappedBy: string[];
  /** Set where the innermost is itself a wrapper that tells nothing but, at most, the domain. */
  opaque?: { domain?: string };
}

const googleUnderCountry = /^(?:www\.)?google\.(?:[a-z]{2}|com?\.[a-z]{2})$/;

const wrapperOf = ({ hostname, pathname }: URL): Wrapper | undefined => {
  const host = isGoogle(hostname) ? 'google.com' : hostname;
  for (const domain of domainsAbove(host)) {
    const found = byDomain.get(domain)?.find(({ path }) => path === undefined || beginsWith(pathname, path));
    if (found) return found;
  }
  return undefined;
};

/** Whether links are wrapped under one of these domains. */
export const isWrapper = (domains: readonly string[]): boolean => domains.some((domain) => byDomain.has(domain));

/** Google's own redirector answers in every country. */
export const isGoogle = (host: string): boolean => googleUnderCountry.test(host);

const beginsWith = (pathname: string, path: string): boolean =>
  pathname.startsWith(path) && (pathname.length === path.length || /[/.]/.test(pathname[path.length]!));

/** The link inside, however often it was wrapped. */
export const unwrap = (wrapped: URL): Unwrapped => {
  let url = wrapped;
  const wrappedBy: string[] = [];
  for (let depth = 0; depth < DEEPEST; depth += 1) {
    const wrapper = wrapperOf(url);
    if (!wrapper) break;
    if (wrapper.opaque) {
      const domain = wrapper.opaque.domain(url);
      return { url, wrappedBy, opaque: domain === undefined ? {} : { domain } };
    }
    const target = wrapper.target?.(url);
    const inside = target === undefined ? undefined : webUrl(/^[a-z]+:/i.test(target) ? target : `https://${target}`);
    if (!inside) break;
    wrappedBy.push(wrapper.name);
    url = inside;
  }
  return { url, wrappedBy };
};

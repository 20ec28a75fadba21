import { isUnder, webUrl } from './hosts';

interface Wrapper {
  host: string;
  path?: RegExp;
  target: (url: URL) => string | undefined;
}

const parameter =
  (...names: string[]) =>
  ({ searchParams }: URL): string | undefined =>
    names.map((name) => searchParams.get(name)).find((value) => value !== null && value !== '') ?? undefined;

const proofpointV2 = (url: URL): string | undefined => {
  const coded = url.searchParams.get('u');
  if (coded === null) return undefined;
  try {
    return decodeURIComponent(coded.replaceAll('-', '%').replaceAll('_', '/'));
  } catch {
    return undefined;
  }
};

/** Mail gateways and redirectors that carry the real link in themselves. */
const wrappers: Wrapper[] = [
  { host: 'safelinks.protection.outlook.com', target: parameter('url') },
  { host: 'statics.teams.cdn.office.net', path: /atp-safelinks\.html$/, target: parameter('url') },
  { host: 'outlook.office.com', path: /^\/mail\/safelink\.html$/, target: parameter('url') },
  { host: 'google.com', path: /^\/url$/, target: parameter('q', 'url') },
  { host: 'slack-redir.net', path: /^\/link$/, target: parameter('url') },
  { host: 'l.facebook.com', path: /^\/l\.php$/, target: parameter('u') },
  { host: 'linkprotect.cudasvc.com', path: /^\/url$/, target: parameter('a') },
  { host: 'clicktime.symantec.com', target: parameter('u') },
  { host: 'urldefense.proofpoint.com', path: /^\/v2\/url$/, target: proofpointV2 },
];

const deepest = 6;

/** The link inside, however often it was wrapped; the innermost that can be read where a wrapper is broken or too deep. */
export const unwrap = (wrapped: URL): URL => {
  let url = wrapped;
  for (let depth = 0; depth < deepest; depth += 1) {
    const wrapper = wrappers.find(
      ({ host, path }) => isUnder(url.hostname, host) && (path?.test(url.pathname) ?? true),
    );
    const target = wrapper?.target(url);
    const inside = target === undefined ? undefined : webUrl(target);
    if (!inside) return url;
    url = inside;
  }
  return url;
};

/** Whether a host is the domain or lies under it; never a mere substring, or `zoom.us.example.com` would pass for Zoom. */
export const isUnder = (host: string, domain: string): boolean => host === domain || host.endsWith(`.${domain}`);

export const isUnderAny = (host: string, domains: readonly string[]): boolean =>
  domains.some((domain) => isUnder(host, domain));

/** A URL that one can open in a browser, or undefined. */
export const webUrl = (text: string): URL | undefined => {
  const url = URL.parse(text);
  return url && (url.protocol === 'https:' || url.protocol === 'http:') ? url : undefined;
};

/** The schemes of applications that open a meeting, as what they open in a browser. */
const browserLink = (link: string): string => {
  const scheme = /^(zoommtg|zoomus|msteams):\/*/i.exec(link);
  if (!scheme) return link;
  const rest = link.slice(scheme[0].length);
  if (scheme[1]!.toLowerCase() === 'msteams') {
    return `https://${/^(?:teams\.|[^/]*\.teams\.)/i.test(rest) ? rest : `teams.microsoft.com/${rest}`}`;
  }
  const url = URL.parse(`https://${rest}`);
  const number = url?.searchParams.get('confno');
  if (!url || !number) return '';
  const passcode = /[?&]pwd=([^&#]+)/.exec(rest)?.[1];
  return `https://${url.host}/j/${number}${passcode === undefined ? '' : `?pwd=${passcode}`}`;
};

/** Nothing is to be done to it before it is parsed: most links. */
const plain = /^https?:\/\/(?!https?:\/\/)/i;
const doubled = /^https?:\/\/(?=https?:\/\/)/i;
const backslashInHost = /^[a-z]+:[^?#]*?\\/i;

/**
 * A link that browsers open, with its host as they see it: letters of other scripts in IDNA's form, `%2e` decoded, no dot at the end.
 * None that would be taken for different hosts by different readers: with a name before an `@`, or with a backslash.
 */
export const webUrl = (written: string): URL | undefined => {
  const trimmed = written.trim();
  const link = plain.test(trimmed) ? trimmed : browserLink(trimmed).replace(doubled, '');
  const url = URL.parse(link);
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) return undefined;
  if (link.includes('@') && (url.username !== '' || url.password !== '')) return undefined;
  if (link.includes('\\') && backslashInHost.test(link)) return undefined;
  const { hostname } = url;
  if (!hostname.endsWith('.')) return hostname === '' ? undefined : url;
  url.hostname = hostname.slice(0, -1);
  return url.hostname === '' ? undefined : url;
};

/** The host and every domain above it, the nearest first. */
export const domainsAbove = (host: string): string[] => {
  const domains = [host];
  for (let dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) domains.push(host.slice(dot + 1));
  return domains;
};

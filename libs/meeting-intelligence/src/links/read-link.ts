import { markup } from '../services/path-template';
import { ServiceIndex } from '../services/service-index';
import { imitates } from './imitation';
import { domainsAbove, webUrl } from './hosts';
import { withoutTracking } from './tracking';
import { isGoogle, isWrapper, unwrap } from './unwrap';

/** What one link says on its own. */
export interface ReadLink {
  url: string;
  /** `other` for a service that is not known here. */
  provider: string;
  meeting: string;
  meetingId: string | undefined;
  passcode: string | undefined;
  isRoom: boolean;
  wrappedBy: string[];
  opaque: { domain?: string } | undefined;
}

const nothingMore: ReadonlySet<string> = new Set();

const isTold = (text: string | undefined): text is string =>
  text !== undefined && text !== '' && !markup.test(text) && !/\s/.test(text);

/** A lone `=3D` of mail is `=`: where every value of the link begins like that it was not a passcode. */
const withEquals = (link: string): string => {
  const query = link.slice(link.indexOf('?') + 1);
  return link.includes('=3D') && query.split('=').length === query.split('=3D').length
    ? link.replaceAll('=3D', '=')
    : link;
};

/** Longer ones are none: wrappers around wrappers take some thousands. */
const LONGEST = 16_000;

/** A host that every browser takes as it is written, and that a path or a query follows. */
const plainHost = /^https?:\/\/([a-z0-9.-]*[a-z0-9-])[/?#]/i;
const otherScheme = /^(?:tel|mailto):/i;

/** Reads the links of one entry. Calendars write the same one into several fields, and most links of a text join nothing. */
export class LinkReader {
  private readonly known = new Map<string, ReadLink | undefined>();

  constructor(private readonly services: ServiceIndex) {}

  /** Whether a service or a wrapper may be there, so that a link without a scheme is worth a look. */
  isHost = (host: string): boolean => {
    const domains = domainsAbove(host);
    return this.services.isHost(host, domains) || isWrapper(domains);
  };

  /** False where a link's beginning tells that it joins nothing, which costs far less than to take it apart. */
  mayJoin(written: string): boolean {
    const host = plainHost.exec(written)?.[1];
    if (host === undefined) return !otherScheme.test(written);
    const lower = host.toLowerCase();
    const domains = domainsAbove(lower);
    return this.services.mayJoin(lower, domains) || isWrapper(domains) || isGoogle(lower);
  }

  /** What the link joins, unwrapped; undefined for a link that joins nothing. */
  read(written: string): ReadLink | undefined {
    return this.mayJoin(written) ? this.readHopeful(written) : undefined;
  }

  /** The same of a link of which `mayJoin` is known. */
  readHopeful(written: string): ReadLink | undefined {
    let link = this.known.get(written);
    if (link === undefined && !this.known.has(written))
      this.known.set(written, (link = readLink(written, this.services)));
    return link;
  }

  /** A video entry point of a conference: believed, also where the service is unknown, unless its host dresses up as another's. */
  readVideoEntryPoint(uri: string): ReadLink | undefined {
    return this.read(uri) ?? readStranger(uri, this.services);
  }
}

/** What the link joins, unwrapped; undefined for a link that joins nothing. */
export const readLink = (written: string, services: ServiceIndex): ReadLink | undefined => {
  if (written.length > LONGEST) return undefined;
  const outer = webUrl(withEquals(written));
  if (!outer) return undefined;
  const { url, wrappedBy, opaque } = unwrap(outer);
  if (opaque) return readOpaque(url, wrappedBy, opaque, services);
  const found = services.recognise(url);
  if (!found) return undefined;
  const { provider, meetingId, passcode, isRoom } = found;
  const canonical = withoutTracking(found.url ?? url, found.tracking);
  return {
    url: canonical,
    provider,
    meeting: meetingOf(provider, meetingId, found.url),
    meetingId: isTold(meetingId) ? meetingId : undefined,
    passcode: isTold(passcode) ? passcode : undefined,
    isRoom,
    wrappedBy,
    opaque: undefined,
  };
};

/** Names of the same meeting whatever its link looks like: by its number, else by its address without parameters. */
const meetingOf = (provider: string, meetingId: string | undefined, url: URL): string => {
  if (meetingId === undefined) return `${provider}:${url.host}${url.pathname.replace(/\/$/, '')}${url.hash}`;
  return /^\d+$/.test(meetingId) || provider === 'google-meet' || provider === 'teams'
    ? `${provider}:${meetingId}`
    : `${provider}:${url.host}/${meetingId}`;
};

const readOpaque = (
  url: URL,
  wrappedBy: string[],
  opaque: { domain?: string },
  services: ServiceIndex,
): ReadLink | undefined => {
  const provider = opaque.domain === undefined ? 'other' : services.providerOf(opaque.domain);
  if (provider === undefined) return undefined;
  const link = url.href;
  const meeting = `opaque:${link}`;
  return { url: link, provider, meeting, meetingId: undefined, passcode: undefined, isRoom: false, wrappedBy, opaque };
};

const notToJoin =
  /\/(?:rec|recordings?|register|registration|pricing|help|support|downloads?|docs?|settings|blog)(?:\/|$)/i;

const readStranger = (uri: string, services: ServiceIndex): ReadLink | undefined => {
  const outer = webUrl(uri);
  if (!outer) return undefined;
  const { url, wrappedBy } = unwrap(outer);
  if (notToJoin.test(url.pathname) || imitates(url)) return undefined;
  const provider = services.providerOf(url.hostname) ?? 'other';
  if (provider !== 'other' && url.pathname.length < 2) return undefined;
  return {
    url: withoutTracking(url, nothingMore),
    provider,
    meeting: `${provider}:${url.host}${url.pathname}${url.search}${url.hash}`,
    meetingId: undefined,
    passcode: undefined,
    isRoom: false,
    wrappedBy,
    opaque: undefined,
  };
};

import { markup } from '../services/path-template';
import { ServiceIndex } from '../services/service-index';
import { imitates } from './imitation';
import { webUrl } from './hosts';
import { withoutTracking } from './tracking';
import { unwrap } from './unwrap';

/** What one link says on its own. */
export interface ReadLink {
  url: string;
  /** `other` for a service that is not known here. */
  provider: string;
  meeting: string;
  meetingId?: string;
  passcode?: string;
  isRoom: boolean;
  wrappedBy: string[];
  opaque?: { domain?: string };
}

const nothingMore: ReadonlySet<string> = new Set();

const isTold = (text: string | undefined): text is string =>
  text !== undefined && text !== '' && !markup.test(text) && !/\s/.test(text);

const filledIn = ({ meetingId, passcode }: { meetingId: string | undefined; passcode: string | undefined }) => ({
  ...(isTold(meetingId) ? { meetingId } : {}),
  ...(isTold(passcode) ? { passcode } : {}),
});

/** A lone `=3D` of mail is `=`: where every value of the link begins like that it was not a passcode. */
const withEquals = (link: string): string => {
  const query = link.slice(link.indexOf('?') + 1);
  return link.includes('=3D') && query.split('=').length === query.split('=3D').length
    ? link.replaceAll('=3D', '=')
    : link;
};

/** Longer ones are none: wrappers around wrappers take some thousands. */
const LONGEST = 16_000;

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
    ...filledIn({ meetingId, passcode }),
    isRoom,
    wrappedBy,
  };
};

/** Names of the same meeting whatever its link looks like: by its number, else by its address without parameters. */
const meetingOf = (provider: string, meetingId: string | undefined, { host, pathname, hash }: URL): string => {
  if (meetingId === undefined) return `${provider}:${host}${pathname.replace(/\/$/, '')}${hash}`;
  return /^\d+$/.test(meetingId) || provider === 'google-meet' || provider === 'teams'
    ? `${provider}:${meetingId}`
    : `${provider}:${host}/${meetingId}`;
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
  return { url: link, provider, meeting: `opaque:${link}`, isRoom: false, wrappedBy, opaque };
};

const notToJoin =
  /\/(?:rec|recordings?|register|registration|pricing|help|support|downloads?|docs?|settings|blog)(?:\/|$)/i;

/** A video entry point of a conference: believed, also where the service is unknown, unless its host dresses up as another's. */
export const readVideoEntryPoint = (uri: string, services: ServiceIndex): ReadLink | undefined => {
  const known = readLink(uri, services);
  if (known) return known;
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
    isRoom: false,
    wrappedBy,
  };
};

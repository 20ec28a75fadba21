import { Reading } from './meeting-service';
import { decoded } from './path-template';

const parameter = (query: string, name: string): string | undefined => {
  const pair = query.split('&').find((each) => each.toLowerCase().startsWith(`${name}=`));
  return pair === undefined ? undefined : decoded(pair.slice(name.length + 1));
};

/** Threads are encoded once or twice: `19%3ameeting_…`, `19%253ameeting_…`. */
const threadOf = (text: string): string => decoded(decoded(text));

/** What a path inside Teams joins, wherever it stands: in the address, behind its `#`, or in a parameter of the launcher. */
const inner = (path: string): Reading | undefined => {
  const [route = '', query = ''] = path.split('?', 2);
  const segments = route.split('/').filter((segment) => segment !== '');
  const [first = '', second = '', third = ''] = segments.slice(0, 3).map((segment) => segment.toLowerCase());
  if (first === 'l' && second === 'meetup-join' && segments[2]) {
    return { meetingId: threadOf(segments[2]) };
  }
  if (first === 'meet' && /^[\w-]+$/.test(second)) return { meetingId: segments[1], passcode: parameter(query, 'p') };
  if (first === 'l' && second === 'meet' && /^[\w-]+$/.test(third)) {
    return { meetingId: segments[2], passcode: parameter(query, 'p') };
  }
  if ((first === 'pre-join-calling' || first === 'meetup-join') && segments[1]) {
    return { meetingId: threadOf(segments[1]) };
  }
  return undefined;
};

const coordinates = (coded: string): { meetingId: string | undefined; passcode: string | undefined } => {
  try {
    const found: unknown = JSON.parse(Buffer.from(coded, 'base64').toString('utf8'));
    const { conversationId, meetingCode, passcode } = Object(found) as Record<string, unknown>;
    const firstText = (...values: unknown[]) => values.find((value) => typeof value === 'string');
    return { meetingId: firstText(conversationId, meetingCode), passcode: firstText(passcode) };
  } catch {
    return { meetingId: undefined, passcode: undefined };
  }
};

/** Microsoft Teams: the same meeting behind the launcher, the web client's fragment and the light client. */
export const readTeams = (url: URL): Reading | undefined => {
  const query = url.search.slice(1);
  const path = url.pathname.toLowerCase();
  const direct = inner(`${url.pathname}?${query}`);
  if (direct) return direct;
  if (path.startsWith('/dl/launcher/')) {
    const target = URL.parse((parameter(query, 'url') ?? '').replace(/^\/_(?:\?[^#]*)?#/, ''), url.origin);
    if (!target || target.host !== url.host) return undefined;
    // The launcher's own word for its guests.
    target.search = target.search.replace(/&anon=true(?=&|$)/i, '');
    const reading = inner(`${target.pathname}${target.search}`);
    return reading && { url: target, ...reading };
  }
  if (path === '/light-meetings/launch' || path === '/light-meetings/launch/') {
    const coords = parameter(query, 'coords');
    if (coords === undefined) return undefined;
    const { meetingId, passcode } = coordinates(coords);
    return { meetingId, passcode: passcode ?? parameter(query, 'p') };
  }
  if (path === '/convene/townhalls') return parameter(query, 'eventid') ? {} : undefined;
  if (path === '/webrtc-svc/api/route') return parameter(query, 'convid') ? {} : undefined;
  return url.hash.startsWith('#/') ? inner(url.hash.slice(1)) : undefined;
};

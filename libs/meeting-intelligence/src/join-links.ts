import { AssessableEntry } from './entry';
import { findLinks } from './links/find-links';
import { webUrl } from './links/hosts';
import { withoutTracking } from './links/tracking';
import { unwrap } from './links/unwrap';
import { googleMeet } from './services/google-meet';
import { MeetingService, Provider } from './services/service';
import { teams } from './services/teams';
import { webex } from './services/webex';
import { fromZoomApp, zoom } from './services/zoom';

const services: MeetingService[] = [googleMeet, zoom, teams, webex];

export type LinkSource = 'conferenceData' | 'hangoutLink' | 'location' | 'description';

export interface FoundLink {
  /** Unwrapped; scheme and host in lower case, fragment and passcode kept, tracking removed. */
  url: string;
  /** `other` for a video entry point of a service that is not known here. */
  provider: Provider | 'other';
  source: LinkSource;
  /** As people type it: digits of Zoom, letters of Meet, thread or number of Teams. */
  meetingId?: string;
  passcode?: string;
}

/** A link read on its own: what it joins, or undefined when it is none to join by. */
export const readLink = (link: string): Omit<FoundLink, 'source'> | undefined => {
  const outer = webUrl(fromZoomApp(link) ?? link);
  if (!outer) return undefined;
  const url = unwrap(outer);
  for (const service of services) {
    const found = service.recognise(url);
    if (!found) continue;
    return {
      url: withoutTracking(found.url, service.tracking),
      provider: service.provider,
      ...(found.meetingId === undefined ? {} : { meetingId: found.meetingId }),
      ...(found.passcode === undefined ? {} : { passcode: found.passcode }),
    };
  }
  return undefined;
};

const inConference = ({ conference }: AssessableEntry): FoundLink[] =>
  (conference?.entryPoints ?? [])
    .filter(({ type }) => type === 'video')
    .flatMap(({ uri, meetingCode, passcode, password }): FoundLink[] => {
      const read = readLink(uri);
      const unknown = read ? undefined : webUrl(uri);
      const link = read ?? (unknown && { url: withoutTracking(unwrap(unknown)), provider: 'other' as const });
      if (!link) return [];
      const meetingId = read?.meetingId ?? meetingCode;
      const secret = read?.passcode ?? passcode ?? password;
      return [
        {
          ...link,
          source: 'conferenceData',
          ...(meetingId === undefined ? {} : { meetingId }),
          ...(secret === undefined ? {} : { passcode: secret }),
        },
      ];
    });

const inText = (text: string | undefined, source: LinkSource): FoundLink[] =>
  findLinks(text ?? '').flatMap((link) => {
    const read = readLink(link);
    return read ? [{ ...read, source }] : [];
  });

/** Every link by which one can join, best first: by where it was found, then in the order of the text. Each URL once. */
export const joinLinksOf = (entry: AssessableEntry): FoundLink[] => {
  const all = [
    ...inConference(entry),
    ...inText(entry.hangoutLink, 'hangoutLink'),
    ...inText(entry.location, 'location'),
    ...inText(entry.description, 'description'),
  ];
  return all.filter((link, index) => all.findIndex(({ url }) => url === link.url) === index);
};

/** The one to join by. The same meeting may be linked once without and once with its passcode: then the latter. */
export const chooseLink = (candidates: readonly FoundLink[]): FoundLink | undefined => {
  const [first] = candidates;
  if (!first || first.passcode !== undefined || first.meetingId === undefined) return first;
  const same = candidates.find(
    ({ provider, meetingId, passcode }) =>
      provider === first.provider && meetingId === first.meetingId && passcode !== undefined,
  );
  return same ?? first;
};

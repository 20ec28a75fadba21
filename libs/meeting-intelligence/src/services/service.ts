export type Provider = 'google-meet' | 'zoom' | 'teams' | 'webex';

export interface Recognised {
  /** Where one joins: as linked, or as the service spells the same place in a browser. */
  url: URL;
  /** As people type it. */
  meetingId?: string;
  passcode?: string;
}

export interface MeetingService {
  provider: Provider;
  /** Parameters that only this service adds for its own statistics or the visitor's account. */
  tracking?: RegExp;
  /** What the link says when it is one to join by; undefined for every other page of the service. */
  recognise(url: URL): Recognised | undefined;
}

/** The parameter's value, undefined also for an empty one. */
export const parameterOf = (url: URL, ...names: string[]): string | undefined =>
  names.map((name) => url.searchParams.get(name)).find((value) => value !== null && value !== '') ?? undefined;

export const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

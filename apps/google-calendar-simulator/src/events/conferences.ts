import { isObject, type JsonObject, text } from '../http/json-input';
import type { Identifiers } from '../journal/identifiers';
import type { Faults } from '../faults/faults';
import type { Collection, Store } from '../journal/store';
import type { Clock } from '../journal/clock';
import type { ConferenceData, EventResource } from './event';

export interface PendingConference {
  calendarId: string;
  eventId: string;
  at: number;
}

type Conference = Pick<EventResource, 'conferenceData' | 'hangoutLink'>;

/** Meet links are made after the event: a request is `pending` first, where that is switched on. */
export class Conferences {
  readonly pending: Collection<PendingConference>;

  constructor(
    store: Store,
    private readonly clock: Clock,
    private readonly identifiers: Identifiers,
    private readonly faults: Faults,
  ) {
    this.pending = store.collection('pending-conference');
  }

  /**
   * What an event's conference is after a write. Without `conferenceDataVersion=1` conference data is ignored silently.
   * https://developers.google.com/workspace/calendar/api/guides/create-events#conferencing
   */
  written(
    before: EventResource | undefined,
    input: JsonObject,
    version: number,
    calendarId: string,
    eventId: string,
    keep: boolean,
  ): Conference {
    const kept: Conference = {
      ...(before?.conferenceData && { conferenceData: before.conferenceData }),
      ...(before?.hangoutLink !== undefined && { hangoutLink: before.hangoutLink }),
    };
    const given = input['conferenceData'];
    if (version < 1 || (given === undefined && keep)) return kept;
    if (!isObject(given)) return {};
    const request = given['createRequest'];
    if (isObject(request) && given['entryPoints'] === undefined) {
      const requestId = text(request['requestId']);
      if (requestId !== undefined && requestId === before?.conferenceData?.createRequest?.requestId) return kept;
      const wait = this.faults.value('conferencePendingMs') ?? 0;
      if (wait === 0) return this.meet(requestId);
      this.pending.put(`${calendarId} ${eventId}`, { calendarId, eventId, at: this.clock.now() + wait });
      return { conferenceData: { createRequest: createRequest(requestId, 'pending') } };
    }
    const data: ConferenceData = given;
    return { conferenceData: data, ...linkOf(data) };
  }

  meet(requestId: string | undefined): Conference {
    const letters = this.identifiers.letters('meet', 10);
    const code = `${letters.slice(0, 3)}-${letters.slice(3, 7)}-${letters.slice(7)}`;
    const pin = this.identifiers.digits('pin', 9);
    const conferenceData: ConferenceData = {
      ...(requestId !== undefined && { createRequest: createRequest(requestId, 'success') }),
      conferenceId: code,
      conferenceSolution: {
        key: { type: 'hangoutsMeet' },
        name: 'Google Meet',
        iconUri:
          'https://fonts.gstatic.com/s/i/productlogos/meet_2020q4/v6/web-512dp/logo_meet_2020q4_color_2x_web_512dp.png',
      },
      entryPoints: [
        { entryPointType: 'video', uri: `https://meet.google.com/${code}`, label: `meet.google.com/${code}` },
        { entryPointType: 'phone', uri: 'tel:+1-605-555-0100', label: '+1 605-555-0100', pin, regionCode: 'US' },
        { entryPointType: 'more', uri: `https://tel.meet/${code}?pin=${pin}` },
      ],
      signature: this.identifiers.token('signature').slice(0, 28),
    };
    return { conferenceData, ...linkOf(conferenceData) };
  }
}

const createRequest = (requestId: string | undefined, statusCode: string) => ({
  ...(requestId !== undefined && { requestId }),
  conferenceSolutionKey: { type: 'hangoutsMeet' },
  status: { statusCode },
});

/** `hangoutLink` mirrors the video link of Meet, and of nothing else. */
function linkOf(data: ConferenceData): Conference {
  if (data.conferenceSolution?.key?.type !== 'hangoutsMeet') return {};
  const uri = data.entryPoints?.find((entry) => entry.entryPointType === 'video')?.uri;
  return uri === undefined ? {} : { hangoutLink: uri };
}

import { parseMeetingServices } from '@calendar-sync/meeting-intelligence';
import { cancelled, meetingEntry, openMeetingExtraction, received } from '../../meeting-extraction.fixture';
import { judgeAgain } from './judge-again';

let service: Awaited<ReturnType<typeof openMeetingExtraction>>;
beforeAll(async () => {
  service = await openMeetingExtraction();
});
afterAll(() => service.close());

const services = parseMeetingServices([
  { provider: 'acme-meet', host: 'meet.acme.example', path: '/room/{meetingId}' },
]);
const typesOf = async (calendarId: string) => (await service.told(calendarId)).map(({ type }) => type);
const own = (more: Parameters<typeof meetingEntry>[0] = {}) =>
  meetingEntry({ location: 'https://meet.acme.example/room/42', ...more });

describe('Judging again', () => {
  it('tells of what comes out otherwise by the rules of now, once', async () => {
    const [solo, shared, plain] = [own({ attendees: undefined }), own(), meetingEntry()];
    await service.record(received(solo), received(shared), received(plain));
    expect(await judgeAgain(service.database, services)).toBe(3);
    await judgeAgain(service.database, services);
    expect(await typesOf(solo.calendarId)).toEqual(['MeetingScheduled']);
    expect(await typesOf(shared.calendarId)).toEqual(['MeetingScheduled', 'MeetingChanged']);
    expect(await typesOf(plain.calendarId)).toEqual(['MeetingScheduled']);
  });

  it('takes the entry as it is now, and none that is cancelled', async () => {
    const [renamed, gone] = [own(), own()];
    await service.record(received(renamed), received(gone));
    await service.record(received({ ...renamed, title: 'Daily' }), received(cancelled(gone)));
    await judgeAgain(service.database, services);
    expect((await service.told(renamed.calendarId)).at(-1)?.data.meeting?.title).toBe('Daily');
    expect(await typesOf(gone.calendarId)).toEqual(['MeetingScheduled', 'MeetingCancelled']);
  });

  it('leaves what is over as it was judged', async () => {
    const over = own({
      start: { dateTime: '2026-11-20T09:00:00Z', timeZone: 'UTC' },
      end: { dateTime: '2026-11-20T09:15:00Z', timeZone: 'UTC' },
    });
    await service.record(received(over));
    await judgeAgain(service.database, services);
    expect(await typesOf(over.calendarId)).toEqual(['MeetingScheduled']);
  });

  it('has the occurrences of a series follow it', async () => {
    const series = own({ recurrence: ['RRULE:FREQ=DAILY'] });
    await service.record(received(series));
    await service.database.query('DELETE FROM occurrence_jobs');
    await judgeAgain(service.database, services);
    const { rows } = await service.database.query<{ owner_id: string }>('SELECT owner_id FROM occurrence_jobs');
    expect(rows).toEqual([{ owner_id: 'ada' }]);
  });
});

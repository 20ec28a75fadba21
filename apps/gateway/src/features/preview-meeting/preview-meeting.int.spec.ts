import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from '@calendar-sync/event-sourcing-postgres';
import { DATABASE } from '@calendar-sync/service-host';
import { startTestDatabase, testKafka } from '@calendar-sync/test-infrastructure';
import { type Asked, type Claims, type Gateway, startGateway } from '../../gateway.fixture';
import { largestEvent } from './large-events';
import { type MeetingPreviewDto, previewExamples } from './preview.dto';

jest.setTimeout(300_000);

interface ProblemBody {
  code: string;
  errors?: { field: string; detail: string }[];
}

const directory = mkdtempSync(join(tmpdir(), 'services-'));
let gateway: Gateway;
beforeAll(async () => {
  const file = join(directory, 'services.json');
  writeFileSync(file, '[{"provider":"acme-meet","host":"meet.acme.example","path":"/room/{meetingId}"}]');
  gateway = await startGateway(
    { database: await startTestDatabase(), kafka: testKafka() },
    { MEETING_SERVICES_FILE: file },
  );
});
afterAll(async () => {
  await gateway?.stop();
  rmSync(directory, { recursive: true });
});

const preview = async <Body = MeetingPreviewDto>(body: unknown, asked: Asked = {}, claims: Claims = { sub: 'ada' }) =>
  gateway.ask<Body>('/api/v1/calendar/meetings/preview', {
    token: await gateway.sign(claims),
    method: 'POST',
    body,
    ...asked,
  });
const refused = async (body: unknown) => {
  const { status, body: problem, headers } = await preview<ProblemBody>(body);
  return { status, type: headers.get('content-type'), errors: problem.errors };
};
const asProblem = expect.stringContaining('application/problem+json');

describe('the preview of an event', () => {
  it("answers for an event in Google's shape, with everything that there is to say", async () => {
    const { status, body } = await preview(previewExamples.event.value);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      isMeeting: true,
      confidence: expect.any(Number),
      reasons: expect.arrayContaining([{ code: 'two_or_more_attendees', sentence: expect.any(String) }]),
      joinUrl: 'https://zoom.us/j/91234567890?pwd=abc',
      provider: 'zoom',
      links: [{ url: 'https://zoom.us/j/91234567890?pwd=abc', source: 'description', why: [expect.anything()] }],
      meetingKey: 'abc123@google.com',
      nature: { size: 'one-to-one', recurring: false },
    });
  });

  it('answers for an entry as the API lists it, whatever else that holds', async () => {
    const { entry } = previewExamples.entry.value;
    expect(await preview({ entry: { ...entry, entryId: 'x', learnedAt: '2026-11-20T08:00:00Z' } })).toMatchObject({
      status: 200,
      body: { isMeeting: true, joinUrl: 'https://meet.google.com/abc-defg-hij' },
    });
  });

  it('takes either also as it is, without anything around it', async () => {
    const { event } = previewExamples.event.value;
    expect((await preview(event)).body).toEqual((await preview({ event })).body);
    const entry = { ...previewExamples.entry.value.entry, entryId: 'x' };
    expect((await preview(entry)).body).toEqual((await preview({ entry })).body);
  });

  it('passes over what Google may add, and takes null for absent', async () => {
    const event = { kind: 'calendar#event', etag: '"1"', newField: { a: 1 }, summary: null, attendees: null };
    expect(await preview({ event })).toMatchObject({ status: 200, body: { isMeeting: false } });
  });

  it('says why something is no meeting', async () => {
    const event = { eventType: 'focusTime', summary: 'Think', hangoutLink: 'https://meet.google.com/abc-defg-hij' };
    expect(await preview({ event })).toMatchObject({
      status: 200,
      body: { isMeeting: false, reasons: [{ code: 'focus_time' }], joinUrl: 'https://meet.google.com/abc-defg-hij' },
    });
  });

  it('knows whose calendar it is, when it is told', async () => {
    const event = { attendees: [{ email: 'ada@example.com', responseStatus: 'declined' }, { email: 'b@example.com' }] };
    expect((await preview({ event })).body.isMeeting).toBe(true);
    expect((await preview({ event, providerCalendarId: 'ada@example.com' })).body).toMatchObject({
      isMeeting: false,
      reasons: [{ code: 'declined_by_self' }],
    });
  });

  it('stores nothing', async () => {
    const stored = async () => (await gateway.app.get<Database>(DATABASE).query(counts)).rows;
    const before = await stored();
    await preview(previewExamples.event.value);
    expect(await stored()).toEqual(before);
    expect(gateway.lines.join('')).not.toContain('91234567890');
  });
});

describe('an event that is not as it must be', () => {
  it.each([
    [undefined, 'event'],
    [[], 'event'],
    [{}, 'event'],
    [{ event: {}, entry: {} }, 'entry'],
    [{ event: {}, summary: 'beside' }, 'summary'],
    [{ summary: 5 }, 'summary'],
    [{ summary: 'x', attendees: [{ email: 7 }] }, 'attendees.0.email'],
    [{ entryId: 'x', status: 'maybe' }, 'status'],
    [{ event: 'text' }, 'event'],
    [{ event: { summary: 5 } }, 'event.summary'],
    [{ event: { attendees: 'ada' } }, 'event.attendees'],
    [{ event: { attendees: ['ada'] } }, 'event.attendees'],
    [{ event: { attendees: [null] } }, 'event.attendees'],
    [{ event: { attendees: [{ email: 'a@b.c' }, { email: 7 }] } }, 'event.attendees.1.email'],
    [{ event: { conferenceData: [] } }, 'event.conferenceData'],
    [{ event: { conferenceData: { entryPoints: [{ uri: {} }] } } }, 'event.conferenceData.entryPoints.0.uri'],
    [{ event: { start: { dateTime: 'tomorrow' } } }, 'event.start.dateTime'],
    [{ event: { recurrence: [1] } }, 'event.recurrence'],
    [{ entry: { status: 'maybe' } }, 'entry.status'],
    [{ entry: { attendees: [{ response: 'yes' }] } }, 'entry.attendees.0.response'],
    [{ entry: { extendedProperties: { private: 'x' } } }, 'entry.extendedProperties.private'],
    [{ event: {}, providerCalendarId: 3 }, 'providerCalendarId'],
  ])('is refused with the name of its field: %j', async (body, field) => {
    expect(await refused(body)).toEqual({
      status: 400,
      type: asProblem,
      errors: [{ field, detail: expect.stringMatching(/must be|give an event|not known/) }],
    });
  });
});

describe('a large event', () => {
  it('is taken with a description of more than a million characters', async () => {
    const description = `${'word '.repeat(250_000)} https://zoom.us/j/91234567890`;
    expect(await preview({ event: { description } })).toMatchObject({ status: 200 });
  });

  it('is refused beyond the limit, and a smaller one by other routes', async () => {
    const large = (length: number) => JSON.stringify({ event: { description: 'x'.repeat(length) } });
    const answer = await preview<ProblemBody>(large(largestEvent));
    expect(answer).toMatchObject({ status: 413, body: { code: 'body-too-large' } });
    expect(answer.headers.get('content-type')).toEqual(asProblem);
    const other = await gateway.ask('/api/v1/calendar/sync/ada', {
      token: await gateway.sign({ sub: 'ada' }),
      method: 'POST',
      body: large(70_000),
    });
    expect(other.status).toBe(413);
  });
});

describe('whoever asks', () => {
  it('has a token, and of a client the scope to read meetings', async () => {
    const body = previewExamples.event.value;
    expect((await preview(body, { token: undefined })).status).toBe(401);
    expect((await preview(body, {}, { sub: 'p', client_id: 'p', scope: 'entries:read' })).status).toBe(403);
    expect((await preview(body, {}, { sub: 'p', client_id: 'p', scope: 'meetings:read' })).status).toBe(200);
    expect((await preview(body, {}, { sub: 'o', roles: ['operator'] })).status).toBe(200);
  });
});

it("knows a customer's own services", async () => {
  const event = { location: 'https://meet.acme.example/room/42' };
  expect((await preview({ event })).body).toMatchObject({ isMeeting: true, provider: 'acme-meet', meetingId: '42' });
});

const counts = `SELECT (SELECT count(*) FROM events) AS events, (SELECT count(*) FROM meetings) AS meetings,
  (SELECT count(*) FROM outbox_messages) AS outbox, (SELECT count(*) FROM operations) AS operations`;

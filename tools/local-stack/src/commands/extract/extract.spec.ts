import { parseMeetingServices, type MeetingService } from '@calendar-sync/meeting-intelligence';
import { extractFrom } from './extract';

const run = async (input: unknown, services?: readonly MeetingService[]) => {
  const lines: string[] = [];
  const text = async function* () {
    yield JSON.stringify(input);
  };
  const code = await extractFrom({ input: text(), write: (line) => void lines.push(line) }, services);
  return { code, answers: lines.map((line) => JSON.parse(line) as Record<string, unknown>), lines };
};
const call = { summary: 'Call', location: 'https://zoom.us/j/123456789' };

describe('The command that extracts', () => {
  it('answers one event by one line', async () => {
    const { code, answers, lines } = await run(call);
    expect(code).toBe(0);
    expect(answers).toMatchObject([{ isMeeting: true, joinUrl: 'https://zoom.us/j/123456789', provider: 'zoom' }]);
    expect(lines[0]).toMatch(/^[^\n]+\n$/);
  });

  it('loses no event to a bad one before it, and says which one it was and why', async () => {
    const { code, answers } = await run([call, null, { attendees: [{ email: 7 }] }, call]);
    expect(code).toBe(1);
    expect(answers).toMatchObject([
      { isMeeting: true },
      { index: 1, error: 'the event must be an object' },
      { index: 2, field: 'attendees[0].email', error: 'attendees[0].email must be a string' },
      { isMeeting: true },
    ]);
  });

  it('takes an answer of events.list as a list', async () => {
    expect((await run({ kind: 'calendar#events', items: [call, call] })).answers).toHaveLength(2);
  });

  it("knows a customer's own services", async () => {
    const services = parseMeetingServices([{ provider: 'acme', host: 'meet.acme.example', path: '/r/{meetingId}' }]);
    const event = { location: 'https://meet.acme.example/r/board' };
    expect((await run(event, services)).answers).toMatchObject([{ provider: 'acme', meetingId: 'board' }]);
    expect((await run(event)).answers[0]).not.toHaveProperty('joinUrl');
  });
});

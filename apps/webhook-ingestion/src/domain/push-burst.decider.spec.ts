import { given, stateAfter } from '@calendar-sync/event-sourcing-core';
import fc from 'fast-check';
import { type Burst, type Push, pushBurst, type PushCommand, type PushEvent } from './push-burst.decider';

const windowMs = 10_000;
const calmMs = 1_000;
const push = (notificationId: string, more: Partial<Push> = {}): Push => ({
  notificationId,
  calendarId: 'calendar',
  channelId: 'channel',
  resourceId: 'resource',
  resourceState: 'exists',
  receivedAt: '2026-03-01T10:00:00Z',
  ...more,
});
const receive = (received: Push, now: number): PushCommand => ({
  type: 'ReceivePush',
  data: { push: received, now, windowMs },
});
const closeWindow = (now: number): PushCommand => ({ type: 'CloseWindow', data: { now, windowMs } });
const notified = (sent: Push & { coalesced?: number }, windowEndsAt: number): PushEvent => ({
  type: 'NotificationReceived',
  data: { ...sent, windowEndsAt },
});
const held = (waiting: Push): PushEvent => ({ type: 'PushHeld', data: waiting });
const coalesced = (joining: Push, into: string): PushEvent => ({ type: 'PushCoalesced', data: { ...joining, into } });

describe('a burst of pushes', () => {
  it('lets the first push out at once', () => {
    given(pushBurst)
      .when(receive(push('a'), 0))
      .then(notified(push('a'), 1_000));
  });

  it('holds the second push back while the window is open', () => {
    given(pushBurst, notified(push('a'), 1_000))
      .when(receive(push('b'), 300))
      .then(held(push('b')));
  });

  it('counts further pushes on the one that is held back', () => {
    given(pushBurst, notified(push('a'), 1_000), held(push('b')))
      .when(receive(push('c'), 600))
      .then(coalesced(push('c'), 'b'));
  });

  it('sends one message for all that was held back when the window ends, with what the channel said last', () => {
    given(
      pushBurst,
      notified(push('a'), 1_000),
      held(push('b', { messageNumber: 7 })),
      coalesced(push('c', { messageNumber: 9, resourceState: 'not_exists' }), 'b'),
    )
      .when(closeWindow(1_000))
      .then(notified({ ...push('b', { messageNumber: 9, resourceState: 'not_exists' }), coalesced: 1 }, 2_000));
  });

  it('lengthens the window tenfold when a storm came in it, and shortens it again after a calm one', () => {
    const storm = [held(push('b')), ...['c', 'd', 'e', 'f'].map((id) => coalesced(push(id), 'b'))];
    given(pushBurst, notified(push('a'), 1_000), ...storm)
      .when(closeWindow(1_000))
      .then(notified({ ...push('b'), coalesced: 4 }, 11_000));
    given(
      pushBurst,
      notified(push('a'), 1_000),
      ...storm,
      notified({ ...push('b'), coalesced: 4 }, 11_000),
      held(push('g')),
    )
      .when(closeWindow(11_000))
      .then(notified(push('g'), 12_000));
  });

  it('waits for no window whose end a clock wrote that was set back since', () => {
    given(pushBurst, notified(push('a'), 3_600_000), held(push('b')))
      .when(closeWindow(500))
      .then(notified(push('b'), 1_500));
    given(pushBurst, notified(push('a'), 3_600_000))
      .when(receive(push('b'), 500))
      .then(notified(push('b'), 1_500));
  });

  it('sends nothing before the window ends', () => {
    given(pushBurst, notified(push('a'), 1_000), held(push('b')))
      .when(closeWindow(999))
      .thenNothing();
  });

  it('sends nothing when a window ends in which nothing came', () => {
    given(pushBurst, notified(push('a'), 1_000))
      .when(closeWindow(5_000))
      .thenNothing();
  });

  it('lets out what is held back with the next push when nobody closed the window in time', () => {
    given(pushBurst, notified(push('a'), 1_000), held(push('b')))
      .when(receive(push('c'), 4_000))
      .then(coalesced(push('c'), 'b'), notified({ ...push('b'), coalesced: 1 }, 5_000));
  });

  it('lets a push after a quiet time out at once again', () => {
    given(pushBurst, notified(push('a'), 1_000))
      .when(receive(push('b'), 1_000))
      .then(notified(push('b'), 2_000));
  });

  it('always sends a message after the last push, and counts every push exactly once', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 600 }), fc.boolean()), { minLength: 1 }), (steps) => {
        let burst: Burst = pushBurst.initialState;
        let now = 0;
        let pushes = 0;
        let lastPushAt = 0;
        const messages: { at: number; speaksFor: number }[] = [];
        const apply = (command: PushCommand) => {
          const events = pushBurst.decide(command, burst);
          burst = stateAfter(pushBurst, events, burst);
          for (const event of events)
            if (event.type === 'NotificationReceived')
              messages.push({ at: now, speaksFor: 1 + (event.data.coalesced ?? 0) });
        };
        for (const [gap, isPush] of steps) {
          now += gap;
          if (isPush) {
            pushes += 1;
            lastPushAt = now;
            apply(receive(push(String(pushes)), now));
          } else apply(closeWindow(now));
        }
        now += windowMs;
        apply(closeWindow(now));
        expect(messages.reduce((sum, { speaksFor }) => sum + speaksFor, 0)).toBe(pushes);
        if (pushes > 0) expect(messages.at(-1)?.at).toBeGreaterThanOrEqual(lastPushAt);
        for (const [index, { at }] of messages.entries())
          if (index > 0)
            expect(at - messages[index - 1]!.at).toBeGreaterThanOrEqual(
              messages[index - 1]!.speaksFor > 4 ? windowMs : calmMs,
            );
      }),
    );
  });
});

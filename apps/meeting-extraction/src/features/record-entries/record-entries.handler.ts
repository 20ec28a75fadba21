import { meetingIdOf } from '@calendar-sync/contracts-meeting-extraction';
import type { Message } from '@calendar-sync/contracts-envelope';
import type { EntryAddedV1, EntryCancelledV1, EntryChangedV1 } from '@calendar-sync/contracts-sync';
import {
  applyProjection,
  decideOnStreams,
  type EventMetadata,
  type Transaction,
} from '@calendar-sync/event-sourcing-postgres';
import type { MeetingService } from '@calendar-sync/meeting-intelligence';
import { meeting, type MeetingCommand, type MeetingEvent, type Verdict } from '../../domain/meeting.decider';
import { type MeetingAbout, streamOf } from '../../domain/meeting';
import { judgedEntries } from '../../projections/judged-entries.projection';
import { asMessage, meetings } from '../../projections/meetings.projection';
import { meetingPublications } from '../../publishing/meeting.publications';
import { touchFamilies } from '../publish-occurrences/occurrence-jobs';
import { aboutOf, verdictOn } from './meeting-of-entry';

export type EntryMessage = Message<EntryAddedV1 | EntryChangedV1 | EntryCancelledV1>;

export interface ReceivedEntry {
  message: EntryMessage;
  metadata: EventMetadata;
}

interface Judged {
  about: MeetingAbout & { family: string };
  verdict: Verdict;
}

/** Entries of one cause, each with what it is taken for. */
export interface JudgedTogether {
  judged: readonly Judged[];
  metadata: EventMetadata;
}

/** Decides for many entries at once, in their order; one statement each for what is known, what is decided and what is shown. */
export async function recordEntries(
  tx: Transaction,
  received: readonly ReceivedEntry[],
  services: readonly MeetingService[],
): Promise<void> {
  await applyProjection(
    tx,
    judgedEntries,
    received.map(({ message }) => message),
  );
  await recordJudged(tx, ofOneCause(received, services));
}

/** The same for what was judged already. */
export async function recordJudged(tx: Transaction, groups: readonly JudgedTogether[]): Promise<void> {
  await touchFamilies(
    tx,
    groups.flatMap(({ judged, metadata }) =>
      judged.map(({ about, verdict }) => ({
        family: about.family,
        calendarId: about.calendarId,
        ownerId: about.ownerId,
        recurs: 'meeting' in verdict && verdict.meeting.recurrence !== undefined,
        cause: metadata,
      })),
    ),
  );
  for (const round of roundsOf(groups)) await recordTogether(tx, round);
}

interface Round {
  judged: Judged[];
  /** By calendar: what the entries came with, and what follows from them carries on. */
  causes: Map<string, EventMetadata>;
}

/** Calendars know nothing of each other and are decided together, of each one cause at a time. */
function roundsOf(groups: readonly JudgedTogether[]): Round[] {
  const rounds: Round[] = [];
  const begun = new Map<string, number>();
  for (const { judged, metadata } of groups) {
    for (const [calendarId, ofCalendar] of Map.groupBy(judged, ({ about }) => about.calendarId)) {
      const number = begun.get(calendarId) ?? 0;
      begun.set(calendarId, number + 1);
      const round = (rounds[number] ??= { judged: [], causes: new Map() });
      round.judged.push(...ofCalendar);
      round.causes.set(calendarId, metadata);
    }
  }
  return rounds;
}

/** Consecutive messages of one push, told by their correlation id, which what follows from them carries on. */
function ofOneCause(received: readonly ReceivedEntry[], services: readonly MeetingService[]): JudgedTogether[] {
  const groups: { cause: string; metadata: EventMetadata; judged: Judged[] }[] = [];
  for (const { message, metadata } of received) {
    const { ownerId, entry } = message.data;
    const judged = { about: aboutOf(ownerId, entry), verdict: verdictOn(entry, services) };
    const { causationId: _ofOneMessage, ...carried } = metadata;
    const cause = JSON.stringify(carried);
    const last = groups.at(-1);
    if (last?.cause === cause) last.judged.push(judged);
    else groups.push({ cause, metadata: carried, judged: [judged] });
  }
  return groups;
}

type Whose = Pick<MeetingAbout, 'ownerId' | 'calendarId'>;

async function recordTogether(tx: Transaction, { judged, causes }: Round): Promise<void> {
  const meets = await seriesThatMeet(tx, judged);
  const commands = new Map<string, { about: Whose; commands: MeetingCommand[] }>();
  const commandsOf = (meetingId: string, about: Whose) => {
    const entry = commands.get(meetingId) ?? { about, commands: [] };
    commands.set(meetingId, entry);
    return entry.commands;
  };

  // A series goes before its instances, so that no instance is cancelled for those who don't know the series yet.
  for (const { about, verdict } of judged.filter(({ about: { seriesId } }) => seriesId === undefined)) {
    commandsOf(about.meetingId, about).push({ type: 'RecordVerdict', data: { about, verdict, seriesMeets: false } });
  }
  for (const instance of await setAsideInstances(tx, judged)) {
    commandsOf(instance.meeting_id, {
      ownerId: instance.owner_id,
      calendarId: instance.calendar_id,
    }).push({ type: 'JoinSeries' });
  }
  for (const { about, verdict } of judged) {
    if (about.seriesId === undefined) continue;
    const seriesMeets = meets.has(about.seriesId);
    commandsOf(about.meetingId, about).push({ type: 'RecordVerdict', data: { about, verdict, seriesMeets } });
  }

  const decided = await decideOnStreams<ReturnType<typeof meeting.evolve>, MeetingCommand, MeetingEvent>(
    tx,
    meeting,
    [...commands].map(([meetingId, { about, commands: asked }]) => ({
      streamId: streamOf(meetingId),
      ownerId: about.ownerId,
      commands: asked,
      metadata: causes.get(about.calendarId)!,
    })),
    { route: meetingPublications.route },
  );
  await applyProjection(tx, meetings, decided.map(asMessage));
}

/** Entry ids of the series that are meetings once these messages are taken in. */
async function seriesThatMeet(tx: Transaction, judged: readonly Judged[]): Promise<Set<string>> {
  const asked = new Set(judged.flatMap(({ about }) => about.seriesId ?? []));
  if (asked.size === 0) return asked;
  const { rows } = await tx.query<{ entry_id: string }>(
    `SELECT entry_id FROM meetings WHERE meeting_id = ANY ($1::uuid[]) AND status = 'scheduled'`,
    [[...asked].map(meetingIdOf)],
  );
  const meets = new Set(rows.map(({ entry_id }) => entry_id));
  for (const { about, verdict } of judged) {
    if (!asked.has(about.entryId)) continue;
    if ('meeting' in verdict) meets.add(about.entryId);
    else meets.delete(about.entryId);
  }
  return meets;
}

/** Instances known to be off, of series that are meetings from now on. */
async function setAsideInstances(
  tx: Transaction,
  judged: readonly Judged[],
): Promise<{ meeting_id: string; owner_id: string; calendar_id: string }[]> {
  const series = judged.flatMap(({ about, verdict }) =>
    'meeting' in verdict && verdict.meeting.recurrence !== undefined ? [about.entryId] : [],
  );
  if (series.length === 0) return [];
  const { rows } = await tx.query<{ meeting_id: string; owner_id: string; calendar_id: string }>(
    `SELECT meeting_id, owner_id, calendar_id FROM meetings WHERE series_id = ANY ($1::uuid[]) AND status = 'set-aside' ORDER BY meeting_id`,
    [series],
  );
  return rows;
}

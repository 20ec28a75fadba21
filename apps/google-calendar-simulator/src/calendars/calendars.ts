import { notFound, requiredAccessLevel } from '../http/api-error';
import type { Clock } from '../journal/clock';
import type { Identifiers } from '../journal/identifiers';
import type { Collection, Store } from '../journal/store';
import type { Account } from '../oauth/account';
import type { Touched } from '../channels/touched';
import { atLeast, type CalendarRecord, type ListEntry, type Role } from './calendar';

const entryKey = (email: string, calendarId: string) => `${email} ${calendarId}`;

export interface Access {
  calendar: CalendarRecord;
  role: Role;
}

export class Calendars {
  private readonly records: Collection<CalendarRecord>;
  private readonly entries: Collection<ListEntry>;

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly identifiers: Identifiers,
    private readonly touched: Touched,
  ) {
    this.records = store.collection('calendar');
    this.entries = store.collection('calendar-list');
  }

  get(id: string): CalendarRecord | undefined {
    const calendar = this.records.get(id);
    return calendar && !calendar.deleted ? calendar : undefined;
  }

  all(): CalendarRecord[] {
    return this.records.values().filter((calendar) => !calendar.deleted);
  }

  /** `primary` is an alias for the caller's main calendar. */
  resolve(account: Account, id: string): string {
    return id === 'primary' ? account.email : id;
  }

  /** What this account may do there. @throws ApiError 404 for none at all, 403 for too little */
  access(account: Account, id: string, wanted: Role = 'freeBusyReader'): Access {
    const calendar = this.get(this.resolve(account, id));
    const role = calendar?.access[account.email];
    if (!calendar || role === undefined) throw notFound();
    if (!atLeast(role, wanted))
      throw requiredAccessLevel(wanted === 'owner' ? 'owner' : atLeast('reader', wanted) ? 'reader' : 'writer');
    if (calendar.kind === 'generated' && atLeast(wanted, 'writer')) throw requiredAccessLevel('writer');
    return { calendar, role };
  }

  create(
    account: Account,
    wanted: Partial<CalendarRecord> & { summary: string },
    role: Role = 'owner',
  ): CalendarRecord {
    const id = wanted.id ?? `c_${this.identifiers.base32hex('calendar', 32)}@group.calendar.google.com`;
    const calendar = this.records.put(id, {
      timeZone: account.timeZone,
      kind: 'secondary',
      access: { [account.email]: role },
      tokensVoid: {},
      stamped: 0,
      owner: account.email,
      ...wanted,
      id,
    });
    this.list(account.email, id);
    return calendar;
  }

  /** Its primary calendar and one of holidays, as a new account has them; gives the latter. */
  createFor(account: Account): CalendarRecord {
    this.create(account, { id: account.email, summary: account.email, kind: 'primary' });
    const id = `en.${account.sub.slice(-6)}#holiday@group.v.calendar.google.com`;
    return this.create(account, { id, summary: 'Holidays', kind: 'generated' }, 'reader');
  }

  put(calendar: CalendarRecord): CalendarRecord {
    return this.records.put(calendar.id, calendar);
  }

  /** A change of read-only fields doesn't enter the lists of those who only see the calendar. */
  change(calendar: CalendarRecord, fields: Partial<CalendarRecord>): CalendarRecord {
    const changed = this.put({ ...calendar, ...fields });
    this.relist(changed.owner, changed.id);
    return changed;
  }

  /** Gone for everybody on whose list it is. */
  remove(calendar: CalendarRecord): void {
    this.put({ ...calendar, deleted: true });
    for (const entry of this.entries.values()) {
      if (entry.calendarId === calendar.id) this.putEntry({ ...entry, deleted: true });
    }
  }

  /** Sync tokens of that account for the calendar die with any change of its rights. */
  share(calendar: CalendarRecord, email: string, role: Role | undefined): CalendarRecord {
    const { [email]: _before, ...others } = calendar.access;
    const changed = this.put({
      ...calendar,
      access: role === undefined ? others : { ...others, [email]: role },
      tokensVoid: { ...calendar.tokensVoid, [email]: this.store.next() },
    });
    const entry = this.entry(email, calendar.id);
    if (role === undefined && entry) this.putEntry({ ...entry, deleted: true });
    this.touched.add(`acl/${calendar.id}`);
    return changed;
  }

  voidTokens(scope: { account?: string; calendarId?: string }): void {
    const now = this.store.next();
    for (const calendar of this.records.values()) {
      if (scope.calendarId !== undefined && scope.calendarId !== calendar.id) continue;
      const emails = Object.keys(calendar.access).filter((email) => (scope.account ?? email) === email);
      this.put({
        ...calendar,
        tokensVoid: { ...calendar.tokensVoid, ...Object.fromEntries(emails.map((email) => [email, now])) },
      });
    }
  }

  entry(email: string, calendarId: string): ListEntry | undefined {
    return this.entries.get(entryKey(email, calendarId));
  }

  listOf(email: string): ListEntry[] {
    return this.entries.values().filter((entry) => entry.email === email);
  }

  /** Puts a calendar on an account's list: only then is it announced. */
  list(email: string, calendarId: string, fields: Partial<ListEntry> = {}): ListEntry {
    const before = this.entry(email, calendarId);
    const { deleted: _deleted, ...kept } = before ?? { email, calendarId, ordinal: this.store.next(), colorId: '14' };
    return this.putEntry({ selected: true, ...kept, ...fields, position: 0 });
  }

  putEntry(entry: ListEntry): ListEntry {
    this.touched.add(`calendarList/${entry.email}`);
    return this.entries.put(entryKey(entry.email, entry.calendarId), { ...entry, position: this.store.next() });
  }

  /** The next `updated` of this calendar in milliseconds: the time, and never twice the same. */
  stamp(calendarId: string, at = this.clock.now()): number {
    const calendar = this.records.get(calendarId);
    if (!calendar) throw notFound();
    const stamped = Math.max(Math.floor(at), calendar.stamped + 1);
    this.put({ ...calendar, stamped });
    return stamped;
  }

  private relist(email: string, calendarId: string): void {
    const entry = this.entry(email, calendarId);
    if (entry) this.putEntry(entry);
  }
}

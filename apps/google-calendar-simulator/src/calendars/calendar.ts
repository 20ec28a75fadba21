export type Role = 'freeBusyReader' | 'reader' | 'writerWithoutPrivateAccess' | 'writer' | 'owner';

const RANK: { readonly [role in Role]: number } = {
  freeBusyReader: 1,
  reader: 2,
  writerWithoutPrivateAccess: 3,
  writer: 4,
  owner: 5,
};

export const isRole = (value: unknown): value is Role => typeof value === 'string' && value in RANK;

export const atLeast = (role: Role | undefined, wanted: Role): boolean =>
  role !== undefined && RANK[role] >= RANK[wanted];

export interface CalendarRecord {
  id: string;
  summary: string;
  description?: string;
  location?: string;
  timeZone: string;
  owner: string;
  /** Generated ones (holidays) cannot be watched nor written. */
  kind: 'primary' | 'secondary' | 'generated';
  /** Role by e-mail. */
  access: { readonly [email: string]: Role };
  /** Sync tokens issued to this e-mail up to this position are void: its access changed. */
  tokensVoid: { readonly [email: string]: number };
  /** The last `updated` given here, in milliseconds: stamps grow strictly. */
  stamped: number;
  deleted?: boolean;
}

export interface ListEntry {
  email: string;
  calendarId: string;
  position: number;
  ordinal: number;
  colorId: string;
  selected?: boolean;
  hidden?: boolean;
  summaryOverride?: string;
  deleted?: boolean;
}

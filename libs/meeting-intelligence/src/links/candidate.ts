import { LinkSource } from '../assessment';
import { Cue } from '../context/cues';
import { Zone } from '../context/zones';

/** A link by which one could join, with all that is known of where and how it stands. */
export interface Candidate {
  url: string;
  provider: string;
  source: LinkSource;
  /** The same for the same meeting, however its link is written. */
  meeting: string;
  meetingId?: string;
  passcode?: string;
  /** The passcode is part of the link. */
  carriesPasscode: boolean;
  /** Somebody's standing room. */
  isRoom: boolean;
  wrappedBy: string[];
  opaque?: { domain?: string };
  cues: ReadonlySet<Cue>;
  zone: Zone;
  isStruck: boolean;
  /** Where it stands in its text. */
  start: number;
  end: number;
}

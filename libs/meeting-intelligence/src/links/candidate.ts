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
  meetingId: string | undefined;
  /** Part of the link; some services put a hash of the passcode there. */
  passcode: string | undefined;
  /** The passcode that the conference data or the text beside the link tells people to type. */
  typedPasscode: string | undefined;
  /** Somebody's standing room. */
  isRoom: boolean;
  wrappedBy: string[];
  opaque: { domain?: string } | undefined;
  cues: ReadonlySet<Cue>;
  zone: Zone;
  isStruck: boolean;
  /** Where it stands in its text. */
  start: number;
  end: number;
}

import type { Cue } from '../context/cues';
import { dismissedProviders, dismissesLocation } from '../context/dismissed';
import { Candidate } from './candidate';
import type { ReadText } from './find-candidates';

/** What the texts tell not to use, where there is another way to join. */
export const setDismissedAside = (texts: readonly ReadText[], candidates: readonly Candidate[]): void => {
  if (candidates.length < 2) return;
  setProvidersAside(texts, candidates);
  setLocationAside(texts);
};

/** "Ignore the Meet link, we use Zoom": said of a conference that the calendar made by itself. */
const setProvidersAside = (texts: readonly ReadText[], candidates: readonly Candidate[]): void => {
  const structured = candidates.filter(({ source }) => source === 'conferenceData' || source === 'hangoutLink');
  const mayMatter = structured.length > 0 || candidates.some(({ cues }) => cues.has('warned'));
  if (!mayMatter || structured.length === candidates.length) return;
  const dismissed = new Set<string>();
  for (const { sought, candidates: here } of texts) {
    const named = new Set(dismissedProviders(sought));
    for (const provider of named) dismissed.add(provider);
    // The warning before a link was about another one.
    for (const candidate of here) {
      if (named.size > 0 && !named.has(candidate.provider)) candidate.cues = without(candidate.cues, 'warned');
    }
  }
  const stays = candidates.some(
    ({ provider, cues, opaque }) => !dismissed.has(provider) && !cues.has('warned') && !opaque,
  );
  if (!stays) return;
  for (const candidate of structured) {
    if (dismissed.has(candidate.provider)) candidate.cues = warnedOf(candidate);
  }
};

/** "Use this link instead of the one in the location": the description says so of another meeting than its own. */
const setLocationAside = (texts: readonly ReadText[]): void => {
  const inLocation = texts.find(({ source }) => source === 'location')?.candidates ?? [];
  const description = texts.find(({ source }) => source === 'description');
  if (inLocation.length === 0 || !description) return;
  const meetings = new Set(inLocation.map(({ meeting }) => meeting));
  const others = description.candidates.filter(({ meeting, zone }) => zone === 'own' && !meetings.has(meeting));
  if (others.length === 0 || !dismissesLocation(description.plain.text)) return;
  for (const candidate of inLocation) candidate.cues = warnedOf(candidate);
  // The warning before the only other link was about that one.
  if (others.length === 1) others[0]!.cues = without(others[0]!.cues, 'warned');
};

const warnedOf = ({ cues }: Candidate): ReadonlySet<Cue> => new Set<Cue>([...cues, 'warned']);

const without = (cues: ReadonlySet<Cue>, cue: Cue): ReadonlySet<Cue> =>
  new Set([...cues].filter((each) => each !== cue));

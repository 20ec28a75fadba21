import type { Cue } from '../context/cues';
import { dismissedProviders } from '../context/dismissed';
import { Candidate } from './candidate';
import type { ReadText } from './find-candidates';

/** "Ignore the Meet link, we use Zoom": said of a conference that the calendar made by itself, where there is another way to join. */
export const setDismissedAside = (texts: readonly ReadText[], candidates: readonly Candidate[]): void => {
  const structured = candidates.filter(({ source }) => source === 'conferenceData' || source === 'hangoutLink');
  const mayMatter = structured.length > 0 || candidates.some(({ cues }) => cues.has('warned'));
  if (candidates.length < 2 || !mayMatter || structured.length === candidates.length) return;
  const dismissed = new Set<string>();
  for (const { plain, candidates: here } of texts) {
    const named = new Set(dismissedProviders(plain.text));
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
    if (dismissed.has(candidate.provider)) candidate.cues = new Set<Cue>([...candidate.cues, 'warned']);
  }
};

const without = (cues: ReadonlySet<Cue>, cue: Cue): ReadonlySet<Cue> =>
  new Set([...cues].filter((each) => each !== cue));

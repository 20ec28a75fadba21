import { type AssessableEntry, knownServices } from '@calendar-sync/meeting-intelligence';

const escaped = (text: string): string => text.replace(/[.\\/?+*|()[\]{}^$]/g, '\\$&');

/** One pattern per service, as extractors have it: any host of it, then whatever goes on. */
const patterns = knownServices
  .filter(({ hosts }) => hosts.length > 0)
  .map(({ provider, hosts }) => ({
    provider,
    pattern: new RegExp(`https?://(?:[a-z0-9-]+\\.)*(?:${hosts.map(escaped).join('|')})/[^\\s<>"']*`, 'i'),
  }));

/** The naive way: every service's pattern over everything that the entry says; the first that finds something wins. */
export const firstLinkByPatterns = (entry: AssessableEntry): { provider: string; url: string } | undefined => {
  const text = [
    ...(entry.conference?.entryPoints ?? []).map(({ uri }) => uri),
    entry.hangoutLink,
    entry.location,
    entry.title,
    entry.description,
  ].join('\n');
  const found = patterns.map(({ provider, pattern }) => ({ provider, url: pattern.exec(text)?.[0] }));
  return found.find((each): each is { provider: string; url: string } => each.url !== undefined);
};

import { wordBegins, wordEnds } from '../text/letters';
import { SoughtText, soughtInTexts } from '../text/sought-text';
import { WordingPattern } from '../text/wording-pattern';
import { statt, warning as warningWords } from './wording';

/** Names by which people call a service whose link they mean. A host is no such name. */
const names: readonly [RegExp, string][] = [
  [
    /(?<![\p{Script=Latin}\p{N}.@/-])(?:google[ -]meet|gmeet|meet|hangouts?)(?![\p{Script=Latin}\p{N}]|\.[\p{L}\p{N}])/iu,
    'google-meet',
  ],
  [/(?<![\p{Script=Latin}\p{N}.@/-])teams(?![\p{Script=Latin}\p{N}]|\.[\p{L}\p{N}])/iu, 'teams'],
  [/(?<![\p{Script=Latin}\p{N}.@/-])zoom(?![\p{Script=Latin}\p{N}]|\.[\p{L}\p{N}])/iu, 'zoom'],
  [/(?<![\p{Script=Latin}\p{N}.@/-])webex(?![\p{Script=Latin}\p{N}]|\.[\p{L}\p{N}])/iu, 'webex'],
];

const warning = soughtInTexts(warningWords);

/** So many signs behind "ignore", or before "no longer", name what is meant. */
const REACH = 45;
const clauseEnd = /[.!?;,\n。！？；，、]|\s[–—-]\s/u;

const sentenceEnd = /[.!?\n。！？]/u;
/** "… a Meet link, please disregard it": what is meant stands in the clause before. */
const pronoun = /^\s*(?:it|that|this|them|ihn|diesen|le|lo|la)?\s*$/iu;

const instead = soughtInTexts(
  new WordingPattern(
    new RegExp(
      `(?:instead of|rather than|anstatt|anstelle von|${statt}|au lieu de|en lugar de|en vez de|invece di|em vez de|no lugar de|in plaats van|zamiast)(?![\\p{L}\\p{N}])`,
      'iu',
    ),
    true,
  ),
);

/** "On Zoom, not Meet", "they can't use Meet": the name follows at once. */
const not = soughtInTexts(
  new WordingPattern(
    new RegExp(
      `${wordBegins()}(?:not|nicht|keine?n?|ohne|without|pas|sans|non|não|sin|sem|niet|geen|zonder|nie|bez|не|(?<!(?:if|who|case)(?: \\p{L}{1,12}){0,2} )can(?:no|[’'])t (?:use|access|open|do))\\s(?:(?:on|in|via|over|by|with|über|auf|mit|per|sur|en|avec|por|con|su|no|na|pelo|com|op|met|w|przez|через)\\s)?(?:(?:the|den|dem|le|la|el|il|o|a|de|het)\\s)?(?:(?:link|lien|enlace|url)\\s(?:to|de|do|di|van|zu|von)\\s)?(?=\\p{L})`,
      'iu',
    ),
  ),
);
/** A service's name is no longer. */
const NAME = 14;

/** "Meet is blocked at our company" */
const unusable = soughtInTexts(
  new WordingPattern(
    new RegExp(
      `${wordBegins()}(?:is|ist|est|es|está|è|é)\\s(?:currently |leider |bei uns |hier )?(?:(?:only |just |nur |lediglich )?(?:a|an|ein|un) (?:placeholder|platzhalter)|auto(?:matically|matisch)?[- ](?:generated|added|created|erstellt|erzeugt|hinzugefügt)|blocked|unavailable|not (?:available|allowed|permitted|possible|working)|disabled|gesperrt|blockiert|nicht (?:möglich|erlaubt|verfügbar)|bloquée?|bloquead[oa]|bloccato|geblokkeerd)${wordEnds}`,
      'iu',
    ),
  ),
);
const ifAny = /(?<![\p{L}\p{N}])(?:if|in case|falls|wenn|si|se|als|jeśli|если)(?![\p{L}\p{N}])/iu;

/** "If you cannot use Meet" is said to some and of a way out. */
const onlyIf = /(?<![\p{L}\p{N}])(?:if|who|in case|falls|wenn|si|se|als|jeśli|если)(?: [\p{L}’']{1,12}){0,3}\s?$/iu;

/** "Meet ではなく、Zoom で" */
const notBehind = /(?:では|じゃ)なく| 말고/gu;

const wrong =
  '(?:wrong|outdated|obsolete|old|incorrect|not (?:correct|valid|working)|no longer|invalid|dead|broken|falsch|veraltet|ungültig|alt|nicht mehr|incorrect|faux|périmé|incorrecto|ya no|errado|sbagliato|vecchio|onjuist|verouderd|niet)(?![\\p{L}\\p{N}])';
const place =
  '(?<![\\p{L}\\p{N}])(?:location|where)(?:[- ](?:field|line|box))?|(?:orts-?feld|(?<=(?:im|dem) )ort|(?<=(?:le|du) )(?:champ )?lieu|(?<=la )ubicación|(?<=(?:il|nel|del) )(?:campo )?luogo|(?<=(?:o|no|do) )(?:campo )?local|(?<=de )locatie)(?![\\p{L}\\p{N}])';
/** "Instead of the one in the location", "the link in the location field is wrong". */
const wrongPlace = new RegExp(
  `(?:${'instead of|rather than|ignore|disregard|not|anstatt|anstelle|statt|ignorier\\p{L}{1,3}|nicht|au lieu de|pas|ignore[zr]|en (?:lugar|vez) de|ignora|no|invece di|non|em vez d[eo]|não|in plaats van|niet'})\\s(?:[\\p{L}’'-]{1,12}\\s){0,5}(?:${place})|(?:link|url|zoom|one|lien|enlace)\\s(?:[\\p{L}’'-]{1,12}\\s){0,3}(?:${place})\\s(?:is|ist|est|es|è|é|was)\\s(?:[\\p{L}]{1,10}\\s){0,2}${wrong}`,
  'iu',
);

/** Whether the text tells not to use what stands where the entry takes place. */
export const dismissesLocation = (text: string): boolean => wrongPlace.test(text);

/** The services that the text tells not to use for this meeting, with or without their links. */
export const dismissedProviders = (sought: SoughtText): string[] => {
  const { text } = sought;
  const dismissed: string[] = [];
  for (const { index, 0: words } of sought.matchesOf(instead)) {
    const end = index + words.length;
    const behind = text.slice(end, end + REACH).split(clauseEnd, 1)[0]!;
    const named = names.find(([name]) => name.test(behind));
    if (named) dismissed.push(named[1]);
  }
  for (const { index } of text.matchAll(notBehind)) {
    const before = text
      .slice(Math.max(0, index - NAME - 2), index)
      .split(clauseEnd)
      .at(-1)!;
    const named = names.find(([name]) => name.test(before));
    if (named) dismissed.push(named[1]);
  }
  for (const { index } of sought.matchesOf(unusable)) {
    const before = text
      .slice(Math.max(0, index - REACH), index)
      .split(clauseEnd)
      .at(-1)!;
    const nearest = onlyIf.test(before) || ifAny.test(before) ? undefined : names.find(([name]) => name.test(before));
    if (nearest) dismissed.push(nearest[1]);
  }
  for (const { index, 0: words } of sought.matchesOf(not)) {
    const behind = text.slice(index + words.length, index + words.length + NAME);
    const named = names.find(([name]) => behind.search(name) === 0);
    if (named) dismissed.push(named[1]);
  }
  for (const { index, 0: words } of sought.matchesOf(warning)) {
    const end = index + words.length;
    const behind = text.slice(end, end + REACH).split(clauseEnd, 1)[0]!;
    const isPronoun = pronoun.test(behind);
    const before = text
      .slice(Math.max(0, index - (isPronoun ? 2 * REACH : REACH)), index)
      .split(isPronoun ? sentenceEnd : clauseEnd)
      .at(-1)!;
    if (onlyIf.test(before)) continue;
    const nearest = names.find(([name]) => name.test(behind)) ?? names.find(([name]) => name.test(before));
    if (nearest) dismissed.push(nearest[1]);
  }
  return dismissed;
};

import { Reason } from '../assessment';
import { WordingPattern } from '../text/wording-pattern';
import { forbidsWay, joinsAsWell, namesOther, outdatesWay } from './said-of-way';
import { WrittenLink } from '../text/written-links';
import {
  backup,
  condition,
  failing,
  formerOne,
  invitation,
  isGone,
  leftBehind,
  newBelow,
  otherTime,
  outdated,
  personalRoom,
  recording,
  rehearsal,
  replacesOther,
  unchanged,
  warning,
} from './wording';

/** What the words around a link say of it. */
export type Cue = 'warned' | 'backup' | 'rehearsal' | 'otherTime' | 'recording' | 'personal' | 'invited';

/** So much of the text before a link, and behind it, can speak of it. */
const BEFORE = 140;
const BEHIND = 70;
/** A line above that is longer speaks of the link only when it ends in a colon. */
const HEADING = 60;

const clauseEnd = /[.!?](?=\s)|[。！？；;]|\s[•|]\s/gu;
const replaced =
  /^[\s)\]"'”*~]*[([]?\s*(?:(?:is|was|has been|will be|wurde|wird|est|a été|es|fue|è stato|foi|is)\s+)?(?:replaced by|replaced with|superseded by|ersetzt durch|remplacé par|reemplazado por|sustituido por|sostituito da|substituído por|vervangen door|zastąpiony przez|->|→|=>|➡|⇒|から(?=\s*$)|改为|改為)/iu;
/** "Not … but …" */
const bareNegation = /(?:^|[:：,;–—])\W*(?:not|pas|no|non|não|niet|nie|не|不是)\W*$/iu;
/** "From … to …": nothing stands between a link and the one that took its place. */
const passesTo =
  /^\s*(?:to|with|by|auf|zu|nach|durch|à|vers|par|au?|para|por|con|com|su|na|till|til|naar|door|на|へ|に|到|에서)\s*$/iu;
const comesFrom =
  /(?<![\p{L}\p{N}])(?:replace|remplace[rz]|reemplac\p{L}{1,4}|sustitu\p{L}{1,4}|sostitu\p{L}{1,4}|substitu\p{L}{1,4}|vervang|from|von|vom|de|del|du|da|dal|ze?|från|fra|van|со?|из)\s*[:：]?\s*$/iu;
const behindWarned =
  /^[\s)\]"'”*~]*(?:[([,–—-]{0,2}|<-{1,2}|←|⬅)\s*(?:(?:this|that|dieser?|ce(?:lui-ci)?|este|questo|deze)(?: one| link| lien| enlace)?\s)?(?:(?:is|ist|est|es|è|é|está|jest|war|was|has been|wurde|a été)\s+)?(?:the\s+)?(?:old|(?:from )?(?:last (?:week|month|time)|yesterday)(?:[’']s)?|dead(?: link)?|broken|no longer|not valid|not working|invalid|expired|cancel(?:l)?ed|do(?:es)? not (?:use|work)|doesn[’']t work|don[’']t use|obsolete|outdated|deprecated|wrong|alt(?:er link)?|nicht mehr|funktioniert nicht|geht nicht|nicht (?:benutzen|verwenden|nutzen)|löschen|entfernen|belegt|nicht verfügbar|occupied|unavailable|(?:does not|doesn[’']t) apply|not available|occupée?|indisponible|ocupad[oa]|no (?:está )?disponible|está ocupad[oa]|不能用|不可用|ungültig|abgelaufen|abgesagt|falsch|stimmt nicht|ancien|n[’']est plus|ne (?:fonctionne|marche) (?:pas|plus)|ne plus utiliser|ne pas utiliser|périmé|antiguo|ya no|no (?:funciona|sirve)|no usar|caducado|caducó|está mal|vecchio|non usare|non (?:è|funziona) più|non funziona|(?:era |è )?sbagliato|scaduto|antigo|não está (?:a )?funcion\p{L}{1,4}|não funciona|já não|não é mais|não usar|expirado|oud|klopt niet|werkt niet|doet het niet|niet (?:meer )?gebruiken|stary|(?:już )?nie działa|nie używać|nieaktualny|(?:是)?(?:有误|有誤|错的|錯的|不对)|(?:[은는을를]\s?)?(?:사용하지|쓰지|들어가지) 마(?:세요|십시오|요)?|旧|古い|は(?:もう)?使え(?:ません|ない)|は無効|使用しない|无效|已失效|已取消|已作废|请勿使用|不要使用|無効)(?![\p{L}\p{N}])/iu;
/** Of these the next word tells whether they are said of the link: "(old contract attached)" is not. */
const adjective =
  /(?:^|[^\p{L}])(?<!(?:is|ist|est|es|è|é|war|was|been|wurde|été)\s(?:the\s)?)(?:old|(?:last (?:week|month|time)|yesterday)(?:[’']s)?|dead|broken|invalid|expired|cancel(?:l)?ed|obsolete|outdated|deprecated|wrong|alt|ancien|antiguo|vecchio|antigo|oud|stary)$/iu;
const behindBackup =
  /^[\s)\]"'”*~]*(?:[([,–—-]{0,2}|<-{1,2}|←|⬅)\s*(?:as\s+|als\s+)?(?:back ?-?up|fall ?-?back|alternative|ersatz|reserve|secours|respaldo|riserva|zapasowy|予備|备用|only (?:if|when|in case)|nur (?:wenn|falls|im notfall)|(?:seulement|uniquement) (?:si|en cas)|s[oó]lo (?:si|se|en caso)|(?:só|apenas) se|alleen als|tylko (?:jeśli|gdy|w razie)|(?:if|in case) [\p{L} ]{1,20} (?:is down|fails|breaks|does(?:n[’']t| not) work))(?![\p{L}\p{N}])/iu;

interface Said {
  start: number;
  end: number;
}

/** Where the last of the wordings that count begins and ends; undefined where none is there. */
const lastOf = (
  pattern: WordingPattern,
  text: string,
  counts: (text: string, start: number, end: number) => boolean = () => true,
): Said | undefined => {
  let last: Said | undefined;
  for (const { index: start, 1: wording } of pattern.matchesIn(text)) {
    const end = start + wording!.length;
    if (counts(text, start, end)) last = { start, end };
  }
  return last;
};

/** "Nicht … benutzen": the verb stands behind the link. */
const negated = /(?<!\p{L})(?:nicht|niet)(?!\p{L})/iu;
const behindVerb = /^[\s)\]"'”]*(?:mehr |meer )?(?:be?nutzen|verwenden|nehmen|anklicken|gebruiken)(?!\p{L})/iu;

/** What is said against a link behind it; undefined where nothing is. */
const saidAgainst = (line: string): string | undefined => {
  const said = behindWarned.exec(line)?.[0];
  if (said === undefined) return undefined;
  const behind = line.slice(said.length);
  // "Not working? Use …"
  return /^\s?[?？]/.test(behind) || (adjective.test(said) && namesOther(behind)) ? undefined : said;
};

/** The words that introduce what stands at `start`: of its own clause, or of the line above where it stands alone in its line. */
const leadOf = (text: string, start: number, from: number): string => {
  const first = Math.max(from, start - BEFORE);
  const window = text.slice(first, start);
  const newline = window.lastIndexOf('\n');
  const line = window.slice(newline + 1);
  if (/[\p{L}\p{N}]/u.test(line))
    return (newBelow.test(line) ? beforeStatement('', line) : undefined) ?? withoutAside(lastClause(line));
  const above = window.slice(0, Math.max(newline, 0)).trimEnd();
  const headingStart = above.lastIndexOf('\n') + 1;
  const heading = above.slice(headingStart);
  // What follows another link in its own line speaks of that one.
  if (headingStart === 0 && first === from && from > 0 && !/[:：]$/.test(heading)) return '';
  const announcement = beforeStatement(above, heading);
  if (announcement !== undefined) return announcement;
  if (/[:：]$/.test(heading)) return withoutAside(lastClause(heading));
  return heading.length <= HEADING ? lastClause(heading) : '';
};

const inBrackets = /[(（[]([^()（）[\]]{1,80})[)）\]]/gu;

/** "New link (the old one is dead): …": what stands in brackets about the former link. */
const withoutAside = (lead: string): string =>
  lead.replace(inBrackets, (all, inside: string) => (formerOne.test(inside) ? '' : all));

/** "NEW LINK below, old one no longer valid": the statement tells of a link that stands elsewhere; what comes before it speaks of the next. */
const beforeStatement = (above: string, heading: string): string | undefined => {
  const pieces = heading.split(/[,;.!:–—(（，。！：]\s*|\s-\s/u).filter((piece) => piece.trim() !== '');
  const statement = pieces.findIndex((piece) => formerOne.test(piece));
  // "Old link:" names what follows.
  if (statement < 0 || (/[:：]\s*$/.test(heading) && !isGone.test(pieces[statement]!))) return undefined;
  const before =
    statement > 0 ? pieces[statement - 1]! : (above.slice(0, -heading.length).trimEnd().split('\n').at(-1) ?? '');
  return lastOf(invitation, before) ? before : undefined;
};

const lastClause = (line: string): string => {
  let from = 0;
  clauseEnd.lastIndex = 0;
  for (let end = clauseEnd.exec(line); end !== null; end = clauseEnd.exec(line)) {
    if (/[\p{L}\p{N}]/u.test(line.slice(end.index + end[0].length))) from = end.index + end[0].length;
  }
  return line.slice(from);
};

/** Behind what is said of the link before in the same line: "… no longer works, join at …". */
const behindOf = (text: string, start: number, from: number): number => {
  if (from === 0 || start <= from || start - from > BEFORE) return from;
  const between = text.slice(from, start);
  const said = between.includes('\n') ? undefined : saidAgainst(between);
  if (said === undefined) return from;
  const comma = between.slice(said.length).search(/[,;.，、。]/);
  return comma < 0 ? from : from + said.length + comma + 1;
};

/** Whether a link is only said to fail perhaps. */
const fails = (text: string, start: number, end: number): boolean =>
  end > start &&
  failing.test(text.slice(end, end + BEHIND)) &&
  condition.test(text.slice(Math.max(0, start - BEHIND), start));

/** "Not working? Use …" */
const asks = (between: string): boolean => {
  const said = behindWarned.exec(between)?.[0];
  return said !== undefined && /^\s?[?？]/.test(between.slice(said.length));
};

/** The cues around a link; the links before it and behind it end at `from` and begin at `until`. */
export const cuesAround = (
  text: string,
  { link, start, end }: WrittenLink,
  from: number,
  until: number,
  previousStart = from,
): Set<Cue> => {
  const cues = new Set<Cue>();
  // "If the first one does not work, use the second": nothing is said against the first.
  if (fails(text, start, end)) return cues;
  if (start - from < BEFORE && (fails(text, previousStart, from) || asks(text.slice(from, start))))
    return cues.add('backup');
  // The words of an anchor introduce its target as well.
  const isNamed = !text.startsWith(link.slice(0, 12), start) && end > start;
  const introduced = isNamed ? end : start;
  const lead = leadOf(text, introduced, behindOf(text, introduced, from));
  if (lead !== '') {
    const old = lastOf(leftBehind, lead) ?? lastOf(outdated, lead, outdatesWay);
    const isOld = old !== undefined && !lastOf(unchanged, lead) && !replacesOther.test(lead);
    const warned = Math.max(lastOf(warning, lead, forbidsWay)?.end ?? -1, isOld ? old.end : -1);
    const invited = lastOf(invitation, lead)?.start ?? -1;
    if (bareNegation.test(lead)) cues.add('warned');
    else if (warned > invited) cues.add('warned');
    else if (invited >= 0) cues.add('invited');
    if (backup.test(lead)) cues.add('backup');
    if (rehearsal.test(lead)) cues.add('rehearsal');
    if (otherTime.test(lead)) cues.add('otherTime');
    if (lastOf(recording, lead, (text, _, end) => !joinsAsWell(text.slice(end)))) cues.add('recording');
    if (personalRoom.test(lead)) cues.add('personal');
  }
  const rest = text.slice(end, Math.min(until, end + BEHIND));
  const line = rest.split('\n', 1)[0]!;
  const against = saidAgainst(line);
  const speaksOfNext =
    until - end <= BEHIND &&
    !rest.includes('\n') &&
    /^[^.!?。]*[:：(]\s*$/.test(line) &&
    !/[,;，；]/.test(line.slice(against?.length ?? line.length));
  if (
    replaced.test(line) ||
    (until < text.length && passesTo.test(rest) && (comesFrom.test(lead) || /에서\s*$/.test(rest)))
  )
    cues.add('warned');
  else if ((against !== undefined || (behindVerb.test(line) && negated.test(lead))) && !speaksOfNext)
    cues.add('warned');
  else if (behindBackup.test(line) && !speaksOfNext) cues.add('backup');
  return cues;
};

export const cueReasons: Record<Cue, Reason> = {
  warned: { code: 'warned_against', sentence: 'The text says that it is old, replaced or not to be used.' },
  backup: { code: 'backup', sentence: 'The text calls it a way out in case another link fails.' },
  rehearsal: { code: 'named_as_rehearsal', sentence: 'The text calls it a trial before the meeting.' },
  otherTime: { code: 'named_for_another_time', sentence: 'The text says that it is for a later meeting.' },
  recording: { code: 'named_as_recording', sentence: 'The text calls it a recording or a document.' },
  personal: { code: 'personal_room', sentence: 'It is somebody’s own standing room.' },
  invited: { code: 'named_as_the_link', sentence: 'The text calls it the link to use.' },
};

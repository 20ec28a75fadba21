import { wordBegins, wordEnds } from '../text/letters';

/** Tells what "old", "broken" and "no longer" are said of: a way to join, or a roadmap, a build, a customer. */

/** Words that name nothing, but point at what stands here or tell when and how. */
const pointer = [
  "today|tonight|this|that|these|those|it|its|here|there|below|above|following|same|anymore|any|more|longer|valid|working|works?|active|use[ds]?|using|in|on|at|via|over|from|with|for|by|to|of|and|or|please|now|today|yesterday|as|is|was|were|has|been|be|the|a|our|your|since|so|sorry|but|because|due|already|we|meet|met|join|joined|time|week|month|last|called|version|earlier|do|does|not|n[o’']t|unfortunately",
  'heute|diese[rnsm]?|dies|das|der|die|den|dem|es|hier|unten|folgende[rnsm]?|mehr|gültig|bitte|über|auf|im|mit|unter|bei|am|ist|sind|seit|wegen|da|aber|leider|mal|woche|wir|uns|treffen|trafen|funktioniert|geht|benutzen|verwenden|nutzen',
  "aujourd[’']hui|ce(?:ci|la|lui-ci|tte|t)?|ça|le|la|les|un|une|ici|ci-dessous|suivante?|plus|pas|par|sur|dans|est|était|valide|fonctionne|depuis|car|mais|s[’']il|vous|plaît|svp|était",
  'hoy|oggi|est[aeo]|ést[ea]|esto|el|lo|los|aquí|siguiente|es|era|está|más|por|en|para|desde|porque|pero|favor|válid[oa]|funciona|quest[oa]|il|qui|seguente|è|più|per|su|in|ma|funziona|valid[oa]',
  'em|nel|nella|alla|al|hoje|vandaag|dziś|dzisiaj|сегодня|isto|esse|essa|aqui|o|os|no|na|é|mais|pelo|dit|deze|die|dat|het|hier|meer|werkt|geldig|via|op|bij|was|maar|ten|tego|tej|to|tutaj|nie|działa|już|na|przez|więc|эт[аоу]|эту|не|здесь|по|на|в|denna|detta|den|det|här|är',
].join('|');
/** Names of services; "old Zoom integration" speaks of something else. */
const services = `(?:zoom|(?:ms )?teams|webex|g?meet|hangouts?|skype|whereby|jitsi|bluejeans|gotomeeting)(?![\\s-](?!(?:${pointer}|links?|urls?|rooms?|invites?|invitations?|meetings?|calls?)(?!\\p{L}))\\p{L})`;

/** What one joins by: links, invitations, rooms and services. */
const way = new RegExp(
  `${wordBegins()}(?:${[
    `links?|urls?|address|invites?|invitations?|rooms?|bridge|dial-?ins?|call-?ins?|${services}|(?<!other )ones?|(?:log-?in|meeting|access|join(?:ing)?|connection|zoom|call) (?:id|details|data|info(?:rmation)?|code)s?`,
    '\\p{L}{0,14}-?(?:link(?:s|es)?|einladung(?:en)?|(?:besprechungs|meeting|konferenz|zoom|webex|teams)-?räumen?|(?<!zeit|welt)raum(?:es|s)?|einwahl(?:daten)?|zugangsdaten|adresse)|lien|liens|invitations?|salle|salon|adresse|coordonnées',
    'enlaces?|ligas?|vínculos?|invitación|sala|dirección|collegament[oi]|stanza|invito|indirizzo|convite|ligação|endereço|koppeling(?:en)?|uitnodiging|ruimte|kamer|\\p{L}{0,12}link(?:i|u|em|en|et|ar|ów)?',
    'łącz[ea]|odnośnik\\p{L}{0,3}|adres\\p{L}{0,3}|zaproszeni[ea]|pok[oó]j\\p{L}{0,3}|ссылк\\p{L}{1,3}|адрес\\p{L}{0,2}|приглашени\\p{L}{1,3}|комнат\\p{L}{1,3}',
    'länk\\p{L}{0,4}|rum(?:met)?|inbjudan|lenke\\p{L}{0,2}|invitasjon\\p{L}{0,2}|bağlantı\\p{L}{0,3}|oda\\p{L}{0,3}|davet\\p{L}{0,3}',
  ].join('|')})${wordEnds}|リンク|URL|会議|ミーティング|招待|链接|連結|鏈接|会议|會議|地址|房间|링크|회의|초대|주소`,
  'iu',
);

const onlyPointers = new RegExp(
  `^(?:[^\\p{L}\\p{N}]{1,12}(?:${pointer})(?![\\p{L}\\p{N}])){0,6}[^\\p{L}\\p{N}]*$`,
  'iu',
);

/** "The build is broken": said of what stands before it. */
const saidOfOther =
  /(?<!(?<![\p{L}\p{N}])(?:this|that|it|following|below|one|dies(?:er)?|das|es|ce(?:ci|lui-ci)?|c|esto|este|questo|isto|dit|deze|dat|to)[ ’'])(?<![\p{L}\p{N}])(?:is|are|was|were|ist|sind|war|waren|est|sont|était|es|está|era|è|é|jest|works?|working|funktioniert|funktionieren|geht|fonctionne|marche|funciona|funziona|werkt|działa|работает)\s(?:(?:still|now|currently|leider|noch|jetzt|already|completely)\s)?$/iu;
/** "For those who are not on site" */
const ofSome =
  /(?<![\p{L}\p{N}])(?:who|those|anyone|everyone|everybody|if|when|wer|alle|falls|wenn|ceux|celles|si|quienes|quien|chi|se|quem|wie|als|jeśli|osób|если|кто)(?![\p{L}\p{N}])/iu;

/** So many signs before the wording can be what it speaks of. */
const NEAR = 40;

const previousClauses = /^(?:[\s\S]*[:：,;–—(])?/u;
const opensClause = (before: string): boolean => onlyPointers.test(` ${before.replace(previousClauses, '')}`);
const needsSubject = (wording: string, behind: string): boolean =>
  predicate.test(wording) || (past.test(wording) && !/\p{L}/u.test(behind));
/** Needs what it is said of: "the printer doesn't work:". */
const predicate =
  /^(?:not (?:valid|working|active)|(?:do|does|did) ?n[o'’]?t work|no longer|ungültig|n[’']est plus|ne fonctionne plus|no es válido|não é mais|nie działa)/iu;
/** "It was", "last time it was on": but not "the plan was:". */
const past = /^(?:was|were|war|waren|fue|fueron|foi|è stat[oa]|était|był[oa]?|было)$/iu;
/** These stand behind what they speak of, or say it of the whole clause. */
const standsBehind =
  /^(?:not|nicht|pas|no|non|não|was|were|war|waren|fue|fueron|foi|è stat[oa]|était|był[oa]?|было|alt|old|ex)(?!\p{L})|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/iu;

/** "Last week's meeting:" names the link; "Notes on last week's meeting:" does not. */
const gatheringOnly =
  /^\s?(?:\p{L}{1,14}[\s-]){0,1}(?:meeting|call|session|termin|besprechung|sitzung|réunion|reunión|sesión|riunione|reunião|vergadering|sessie|spotkani[ea]|встреч[аи]|möte|møde|toplantı)s?[^\p{L}\p{N}]*$/iu;

/** "Do not use the link:", "no longer valid:": said of a way to join, or of nothing else. */
export const forbidsWay = (lead: string, start: number, end: number): boolean => {
  const before = lead.slice(Math.max(0, start - NEAR), start);
  const behind = lead.slice(end);
  if (way.test(behind) || way.test(lead.slice(start, end))) return true;
  if (!onlyPointers.test(behind)) return false;
  if (way.test(before)) return true;
  return (
    !saidOfOther.test(before) &&
    !ofSome.test(before) &&
    (!needsSubject(lead.slice(start, end), behind) || opensClause(before))
  );
};

/** "Old link:", "last week:", but not "old roadmap:" nor "open points of last week:". */
export const outdatesWay = (lead: string, start: number, end: number): boolean => {
  const wording = lead.slice(start, end);
  const before = lead.slice(Math.max(0, start - NEAR), start);
  if (standsBehind.test(wording)) {
    if (forbidsWay(lead, start, end)) return true;
  } else if (way.test(lead.slice(end)) || way.test(wording)) {
    return true;
  }
  const behind = lead.slice(end);
  const opens = opensClause(before);
  if (onlyPointers.test(behind))
    return (
      !standsBehind.test(wording) &&
      (opens || way.test(before) || gatheringOnly.test(` ${before.replace(previousClauses, '')}`))
    );
  return opens && gatheringOnly.test(behind);
};

/** "… (old contract attached)": what stands behind a link and begins with such a word speaks of the link only where nothing else is named. */
export const namesOther = (behind: string): boolean => {
  const next = /^\s(?!\s)[^.,;:!?()（）\n–—-]{1,40}/u.exec(behind)?.[0] ?? '';
  return !onlyPointers.test(next) && !way.test(next) && !pointsOn.test(next);
};
const pointsOn = new RegExp(`^\\s(?:${pointer})(?!\\p{L})`, 'iu');

/** "Agenda and link:" */
export const joinsAsWell = (behind: string): boolean => asWell.test(behind) && way.test(behind);
const asWell = /^\s?(?:[&+/,]|(?:and|und|et|y|e|en|i|и)\s)/iu;

import { wordBegins, wordEnds } from '../text/letters';
import { WordingPattern } from '../text/wording-pattern';

/** The wordings by which people say in a text what a link is for, in the languages in which they write most. */

interface Wordings {
  /** Fragments of a regular expression without unbounded parts. */
  fragments: string;
  /** Whole words; signs of scripts without blanks stand anywhere. */
  isWords: boolean;
}

const words = (fragments: string): Wordings => ({ fragments, isWords: true });
const signs = (fragments: string): Wordings => ({ fragments, isWords: false });

const of = (wordings: readonly Wordings[], ofWords: boolean): string =>
  wordings
    .filter(({ isWords }) => isWords === ofWords)
    .map(({ fragments }) => fragments)
    .join('|');

/** At most so many words before what they speak of: "old Zoom link:". */
const near = (count: number): string =>
  `(?:[\\s"'“„(*_/-]{1,3}[\\p{L}\\p{N}’']{1,15}){0,${count}}[\\s"'“„«»:：()\\[\\-–—>*_=~]{0,12}$`;

/** One pattern out of many wordings, whose first group is the wording. */
const anyOf = (wordings: readonly Wordings[], tail = ''): WordingPattern => {
  const inWords = `${wordBegins()}(?:${of(wordings, true)})${wordEnds}`;
  const inSigns = of(wordings, false);
  return new WordingPattern(new RegExp(`(${inWords}${inSigns === '' ? '' : `|(?:${inSigns})`})${tail}`, 'iu'));
};

/** "Do not use this": the link that follows is forbidden. */
export const warning = anyOf([
  words(
    "(?:do|does|did|should|must|can|will) ?n[o'’]?t (?:use|join|click|dial|work(?<!(?:if|in case|when)(?: [\\p{L}’'-]{1,12}){1,7}))|not (?:going to use|using)|(?:aren|won)[’']t us(?:e|ing)|do not (?:use|join|click)|don[’']t (?:use|join|click)|never use|no longer (?:use|using|in use)|no longer|not (?:valid|working|active)|ignore|disregard",
  ),
  words(
    'nicht (?:mehr )?(?:benutzen|benützen|verwenden|nutzen|nehmen|gültig|anklicken)|bitte nicht(?! (?:weiter|teilen|vergessen|verpassen|zu spät|absagen|veröffentlichen))|ignorieren|ungültig(?:e[rn])?',
  ),
  words(
    "ne (?:pas|plus) (?:utiliser|cliquer)|n[’']utilis(?:e[zr]?|ons|erons) (?:pas|plus)|ne (?:vous |nous )?(?:connect|rejoign)\\p{L}{1,4} (?:pas|plus)|n[’']est plus|ignore[zr]|ne fonctionne plus",
  ),
  words(
    'no (?:(?:os|se|te|nos) )?(?:us(?:ar|[eé]i?s|amos|aremos|e[nd]?)|vamos a usar|utili[zc]\\p{L}{1,5}|conect(?:e|en|es|éis|aros|arse)|entr(?:e|en|es|éis|ar|ad)|acced(?:a|an|as|áis|er))|ya no|ignorar|ignoren?|no es válido|ignora|ignorad',
  ),
  words(
    'non (?:(?:vi|ci) )?(?:us(?:are|iamo|eremo|ate)|utilizz(?:are|ate|iamo)|clicca(?:re|te)|colleg(?:atevi|arsi|arti|hiamo|ate)|entra(?:re|te)|accede(?:re|te)|si usa)|non (?:è )?più|ignorare',
  ),
  words(
    'não (?:us(?:ar|aremos|em?)|vamos usar|utiliz(?:ar|em?)|clicar|cliquem?|entr(?:ar|em?)|acess(?:ar|em?)|conect(?:ar|em?))|não é mais|desconsider(?:ar|em?)',
  ),
  words('niet (?:meer )?(?:gebruiken|klikken|deelnemen|inloggen)|gebruik (?:deze|dit)(?: link)? niet|negeer'),
  words(
    'nie (?:wchod(?:ź|zić|źcie|zimy)|dołącza(?:ć|j|jcie)|łącz(?:yć|cie)|używamy|będziemy używać|używać|używaj|używajcie|korzystać|korzystaj|klikać)|ignoruj|nie działa',
  ),
  words('не (?:использ\\p{L}{1,10}|переходите|заходите|подключайтесь)|använd inte|brug ikke|bruk ikke|kullanmayın'),
  signs(
    '(?:不要|请勿|請勿|别)再?(?:进入|進入|加入|点击|點擊|去)|忽略|無視|무시|使用しない|使わない|使用禁止|使用不可|请勿使用|請勿使用|不要使用|不要用|勿用|别用|사용하지 마',
  ),
]);

/** "Instead of", and not the end of "findet … statt", which is "takes place". */
export const statt = '(?<!find(?:et|en)(?: [^ \\n]{1,24}){0,8} )statt';

/** "We moved from": whatever stands between, the link that follows is left behind. */
export const leftBehind = anyOf(
  [
    words(
      '(?:moved|switched|changed|migrated|switching|moving) (?:away )?from|replaces|instead of|rather than|we (?:used|(?:met|spoke) (?:at|in|on|via|over|here))|ran (?:on|at|in|via)|took place|example (?:of|link)',
    ),
    words(`ersetzt|anstatt|anstelle|${statt}|lief (?:über|auf|in)`),
    words(
      'au lieu de|à la place de|remplace|en lugar de|en vez de|reemplaza|sustituye|invece di|al posto di|sostituisce|em vez de|no lugar de|substitui|in plaats van|vervangt|zamiast|вместо',
    ),
    signs('ではなく|而不是'),
  ],
  near(3),
);

/** "The old link:"; of itself it may as well be an old roadmap. */
export const outdated = anyOf(
  [
    words(
      "not (?:the|this)|old|older|former|previous|obsolete|outdated|expired|cancel(?:l)?ed|invalid|deprecated|wrong|dead|broken|last (?:week|month|time|session)(?:[’']?s)?|previously|usually|normally|ex|not (?:in|on|via|at)|yesterday(?:[’']?s)?|inactive|(?:last|previous|earlier) (?:invite|invitation|e-?mail|message)|incorrect|was|were",
    ),
    words(
      `nicht(?! (?:weiter(?:leiten|geben)|teilen|vergessen|verpassen|zu spät|öffentlich))|alt(?= ?[:：])|alte[rnsm]?|bisherige[rnsm]?|vorherige[rnsm]?|frühere[rnsm]?|abgelaufene?[rns]?|abgesagte?[rns]?|veraltete?[rns]?|falsche?[rns]?|normalerweise|üblicherweise|gestern|letzte[rnsm]? (?:einladung|e-?mail|nachricht)|letztes mal|letzte woche|war|waren`,
    ),
    words(
      "pas (?:sur|via|dans|par)|était|d[’']habitude|la dernière fois|la semaine dernière|ancien(?:ne)?|périmée?|expirée?|annulée?|mauvais|erronée?|obsolète|précédente?",
    ),
    words(
      'antigu[oa]|anterior|caducó|expiró|fue|fueron|viejo|vieja|caducad[oa]|cancelad[oa]|erróne[oa]|equivocad[oa]|incorrect[oa]|obsolet[oa]|inválido|ayer|la semana pasada|no (?:en|por)|normalmente',
    ),
    words(
      'vecchi[oa]|precedente|è stat[oa]|sbagliat[oa]|errat[oa]|scadut[oa]|annullat[oa]|ieri|la settimana scorsa|di solito|non (?:su|via|in)',
    ),
    words('antig[oa]|velh[oa]|expirou|foi|errad[oa]|expirad[oa]|ontem|a semana passada|não (?:no|na|em|pelo)'),
    words('oude?|verkeerde?|foute?|gisteren|vorige(?: week| keer)?|verlopen|geannuleerd(?:e)?|ongeldig(?:e)?'),
    words('stary|starego|był[oa]?|wczoraj|poprzedni|nieaktualn[ye]|błędny|zły|wygasł[ya]?|odwołan[ye]'),
    words(
      'было|стар(?:ая|ый|ую)|прежн(?:яя|ий)|отмен[её]н\\p{L}{0,3}|недействительн\\p{L}{1,3}|gammal|gamla|gamle?|eski|iptal',
    ),
    signs(
      '(?:古い|旧|誤|間違|错误|昨日|以前の|前回の|無効|キャンセル(?:済|され)|旧链接|舊連結|旧的|原链接|之前的|已取消|已失效|已作废|作废|이전 링크|기존 링크|취소|上次(?:的)?)(?:[の的]?(?:URL|リンク|会議室?|会议|链接|地址)){0,2}',
    ),
  ],
  near(4),
);

/** "Take this one": outweighs a warning that stands farther away. */
export const invitation = anyOf([
  words(
    "(?:today|heute|aujourd[’']hui|hoy|oggi|hoje|vandaag)(?= ?[:：])|new|updated|current|correct(?:ed|ion)?|latest|please (?:use|join)|use this|use the (?:following|new|link)|use|instead|replaced (?:by|with)|changed to|moved to|now|join (?:here|us|at|via|the|with)|here(?:[’']s| is)|today[’']s|ours|the (?:real|right) (?:thing|one|link)|this one",
  ),
  words(
    'korrigiert\\p{L}{0,3}|richtig(?: ist)?|korrektur|neue[rnsm]?|aktuelle[rnsm]?|aktualisierte[rnsm]?|richtige[rnsm]?|sondern|stattdessen|so stimmt|heutige[rnsm]?|unsere[rs]?(?= ?[:：])|(?:dies|das)e?[rs]? (?:gilt|stimmt)|ersetzt durch|bitte (?:diesen|den folgenden|hier)|jetzt|nutzt|verwendet|nehmt',
  ),
  words(
    "nouveau|nouvelle|nouvel|actuel(?:le)?|mis à jour|à jour|remplacé par|utilise[rz]|bon lien|le bon|correct|corrigé|plutôt|voici|désormais|celui-ci|(?:connecter|connectez-vous|rejoindre|rejoignez-nous|retrouve) (?:ici|là)|du jour|d[’']aujourd[’']hui|le nôtre|la nôtre",
  ),
  words(
    'nuevo|nueva|actualizad[oa]|actual|reemplazado por|sustituido por|usar|usen|utilice|utilizar|ahora|correcto|(?:el|la) (?:buen[oa]|nuestr[oa])|(?:de|pero|y) hoy|por aquí',
  ),
  words(
    'nuovo|nuova|aggiornato|attuale|sostituito da|usate|usare|utilizzare|utilizzate|corretto|giusto|ora|(?:di|ma) oggi|l[ao] nostr[ao]|il nostro|da qui',
  ),
  words(
    'novo|nova|atualizad[oa]|atual|substituído por|use|usem|utilize|agora|correto|certo|(?:de|mas) hoje|[oa] noss[oa]|por aqui',
  ),
  words(
    'nieuwe?|bijgewerkte?|actuele|huidige|vervangen door|gebruik|gebruiken|juiste|nu|goede|(?:van|maar) vandaag|de onze|via deze',
  ),
  words(
    'nowy|nowa|nowego|aktualny|prawidłowy|poprawny|zaktualizowany|zastąpiony przez|używać|użyj|korzystaj|proszę|dzisiejsz\\p{L}{1,3}|nasz[ae]?(?= ?[:：])|właściwy',
  ),
  words('нов(?:ая|ый|ую)|актуальн(?:ая|ый|ую)|используйте|ny|nya|uppdaterad|yeni|güncel'),
  signs(
    '本日|今日の|本次|我们的|我們的|以此为准|以此為準|为准|오늘|正しい|正(?=\\s?[:：])|正确|新しい|新リンク|新URL|更新|変更後|こちら|最新|新链接|新連結|新的|请使用|請使用|改用|改为|새 링크|새로운|변경된',
  ),
]);

/** "The old one no longer works": a statement about the link that this one replaces. */
export const formerOne =
  /^[\s*_"'“„]{0,4}(?:(?:please |bitte )?(?:delete|ignore|discard|löscht|ignoriert) )?(?:(?:the|our|your|der|die|das|den|le|la|l['’]|el|il|o|a|de|het)\s?)?(?:(?:old|previous|former|earlier|prior|last)(?: (?:one|link|url|room|zoom|teams|meet|webex|invite|invitation|meeting)){1,3}|(?:alte[rsn]?|bisherige[rsn]?|vorherige[rsn]?)(?: (?:\p{L}{0,12}-?link|raum|einladung))?|(?:ancien|précédent)(?:ne)?(?: lien)?|(?:enlace |link )?(?:antiguo|anterior|antigo)(?: enlace| link)?|(?:quello )?(?:link )?(?:vecchio|precedente)(?: link)?|(?:oude|vorige)(?: link)?|(?:stary|poprzedni)(?: link)?)(?![\p{L}\p{N}])[^:：]{0,60}$|^\s*(?:旧|以前の|原链接|之前的)[^:：]{0,60}$/iu;
/** What such a statement says, so that a colon behind it introduces another link. */
export const isGone =
  /(?<![\p{L}\p{N}])(?:no longer|(?:not|never) (?:valid|working|active)|(?:won[’']t|will not|doesn[’']t|does not) work|expired|dead|broken|nicht mehr|ungültig|abgelaufen|n[’']est plus|ne (?:fonctionne|marche) plus|ya no|caducad[oa]|non (?:è|funziona) più|scaduto|não é mais|não funciona|niet meer|werkt niet|nieaktualny|nie działa)(?![\p{L}\p{N}])|無効|失效|作废/iu;
export const newBelow =
  /(?<![\p{L}\p{N}])(?:new|neuer?|nouveau|nuevo|nuovo|novo|nieuwe?|nowy)(?![\p{L}\p{N}])(?:[^.!?:]{0,30} )?(?:below|here|unten|hier|folgt|ci-dessous|abajo|sotto|abaixo|hieronder|poniżej)(?![\p{L}\p{N}])|新[^。]{0,8}(?:下記|以下|如下)/iu;

/** "The same link as last week" */
export const unchanged = anyOf([
  words(
    'same|unchanged|as (?:always|usual|before)|wie (?:immer|gehabt|üblich|letzte\\p{L}?|gestern)|gleiche[rnsm]?|derselbe|unverändert|même|inchangée?|comme|mism[oa]|como siempre|mesm[oa]|como sempre|stess[oa]|come|dezelfde|zelfde|zoals|ten sam|jak zwykle',
  ),
  signs('同じ|変わらず|相同|不变|같은'),
]);

/** "This link replaces the previous one" */
export const replacesOther =
  /(?<![\p{L}\p{N}])(?:this|it|the (?:following|new|link below)|dies(?:er|e|es)|ce(?:ci|lien)?|este|esta|questo|questa|dit|deze|ten)(?: [\p{L}-]{1,14}){0,3} (?:replaces|supersedes|ersetzt|remplace|reemplaza|sustituye|sostituisce|substitui|vervangt|zastępuje)(?![\p{L}\p{N}])/iu;

/** "In case the other one fails." */
export const backup = anyOf([
  words(
    "back ?-?up|fall ?-?back|who (?:can[’']?t|cannot|are unable to)|fail ?-?over|stand-?by|secondary|alternat(?:e|ive|ively)|plan b|emergency|spare|overflow|if (?:it is |it[’']s |this is )?full|if (?:that|this|it|zoom|teams|meet|webex|the (?:link|above|first|other|main|primary)|you)(?: \\p{L}{1,12}){0,4} (?:fails?|failed|(?:does|did) ?n[o'’]t|doesn[’']t|isn[’']t|can[’']?t|cannot|has|have|having|breaks?|trouble|problems?|issues?)|in case|should (?:that|this|it|zoom|teams|meet) fail|just in case|otherwise|or else|second choice",
  ),
  words(
    'ersatz(?:link|raum|weise)?|alternativ(?:e|er|link)?|notfall(?:s|link)?|ausweich(?:link|raum)?|reserve(?:link)?|falls(?: \\p{L}{1,14}){0,5}|sollte(?: \\p{L}{1,14}){0,4} nicht|wenn(?: \\p{L}{1,14}){0,4} nicht (?:funktioniert|geht|klappt)|(?:bei|wenn(?: \\p{L}{1,14}){0,3}) (?:problemen?|schwierigkeiten)|im notfall|ansonsten',
  ),
  words(
    "secours|de repli|de rechange|en cas de|au cas où|si(?: [\\p{L}’']{1,14}){0,4} (?:ne )?(?:fonctionne|marche) pas|sinon|si vous avez (?:un |des )(?:problèmes?|soucis?)|alternatif",
  ),
  words(
    'respaldo|de reserva|reserva|alternativ[oa]|en caso de|si(?: \\p{L}{1,14}){0,4} (?:no funciona|falla)|por si acaso|si (?:hay|tienen?|tienes|tenéis) problemas|emergencia|di riserva|riserva|in caso di|se(?: \\p{L}{1,14}){0,4} non funziona|di emergenza|altrimenti',
  ),
  words(
    'alternativo|de segurança|em caso de|caso(?: \\p{L}{1,14}){0,4} (?:não funcione|falhe)|se (?:houver|tiver(?:em)?) problemas?|se(?: \\p{L}{1,14}){0,4} (?:não funcionar|falhar)|plano b',
  ),
  words(
    'reservelink|noodgeval|voor het geval|als(?: \\p{L}{1,14}){0,4} niet (?:werkt|lukt)|mocht(?: \\p{L}{1,14}){0,4} niet|alternatieve',
  ),
  words(
    'zapasowy|awaryjny|awaryjnie|rezerwowy|alternatywny|w razie|gdyby(?: \\p{L}{1,14}){0,4} nie|jeśli(?: \\p{L}{1,14}){0,4} nie (?:działa|zadziała)',
  ),
  words('запасн(?:ая|ой|ую)|резервн(?:ая|ый|ую)|на случай|если(?: \\p{L}{1,14}){0,4} не|reservlänk|yedek'),
  signs(
    '予備|バックアップ|(?:入れ|参加でき|入室でき)ない(?:方|場合|時|人)|进不去|打不开|つながらない|繋がらない|接続できない|うまくいかない|代替|万が一|备用|備用|备份|備份|如果.{0,10}(?:无法|不能|不行|失败|连不上)|예비|백업|안 ?되면',
  ),
]);

/** "If … does not work": what stands before a link of which that is said, and behind it. */
export const condition =
  /(?:(?<![\p{L}\p{N}])(?:if|in case|should|falls|wenn|sollten?|si|se|caso|mocht|als|jeśli|jeżeli|gdyby|если)(?: [\p{L}’']{1,12}){0,3}|如果|若|万一)[\s:"'(<]*$/iu;
export const failing =
  /^[\s"')>\]]*(?:(?:fails?|breaks?|falla|falha|falhar)(?![\p{L}\p{N}])|is (?:down|full|broken)(?![\p{L}\p{N}])|(?:does ?n[o’']t|doesn[’']t|won[’']t|isn[’']t|is not) \p{L}|nicht \p{L}|ne (?:marche|fonctionne|répond)|no (?:funciona|va|abre)|non (?:funziona|va)|não (?:funcion|abr)|niet (?:werk|lukt)|nie (?:dział|zadział)|не (?:работает|открывается)|无法|不能|打不开|连不上)/iu;

/** A trial before the meeting itself, for those who speak there. */
export const rehearsal = anyOf([
  words(
    "rehearsals?|practice (?:session|run|call|room)|sandbox|test de connexion|prueba de (?:sonido|audio|conexión)|prova (?:audio|di connessione)|teste de (?:som|áudio|conexão)|verbindungstest|soundcheck|prep|dry[- ]run|pre-?(?:call|meeting|brief(?:ing)?)|(?:speakers?|panell?ists?)[’']? (?:prep|briefing|green ?room)|green ?room|vorbesprechung|(?:tech(?:nical)?|sound|audio|av|a\\/v)[- ]?(?:check|test|run|rehearsal)|test (?:call|link|room|run)|generalprobe|technik-?check|technikprobe|probelauf|testlink|répétition|essai technique|ensayo|prueba técnica|prova tecnica|ensaio|generale repetitie|próba(?= (?:techniczna|generalna)|\\s?[:：(])|(?<=^\\W{0,4})(?:generale|probe|prova|prueba|essai|teste?|trial)(?=\\s?[:：(])|репетиция",
  ),
  signs('リハーサル|接続テスト|彩排|测试链接|리허설'),
]);

/** "For the follow-up we will use": of another meeting than this one. */
export const otherTime = anyOf([
  words(
    'follow-?up(?! (?:to|on|from|of|regarding|zu[rm]?)(?![\\p{L}]))|after-?(?:party|show)|debrief(?:ing)?|afterwards|nachbesprechung|danach|im anschluss|ensuite|después|dopo|depois|achteraf|next (?:week|month|time|session|meeting|call|one)|(?:the )?(?:week|day) after|nächste[rsn]? (?:woche|monat|mal|termin|sitzung)|folgetermin|(?:semaine|fois|séance|réunion) (?:prochaine|suivante)|prochaine? (?:fois|séance|réunion|semaine)|próxim[oa] (?:semana|sesión|reunión|vez|sessão|reunião)|prossim[oa] (?:settimana|volta|riunione|incontro)|volgende (?:week|keer|vergadering|sessie)|następn[aey]{1,2} (?:spotkanie|razem|tydzień)',
  ),
  signs('次回|来週|下次|下周|다음 ?(?:주|번|회의)'),
]);

/** What was recorded of another time. */
export const recording = anyOf(
  [
    words(
      'recordings?(?: of| link| from)?|recorded session|replay|on[- ]demand|watch (?:again|later)|slides|minutes|notes|agenda|docs?|documents?|whiteboard',
    ),
    words(
      'aufzeichnung(?:en)?|mitschnitt|protokoll|enregistrements?|rediffusion|replay|compte[- ]rendu|grabaci(?:ón|ones)|registrazion[ei]|gravaç(?:ão|ões)|opnames?|nagrani[ea]|запис[ьи]',
    ),
    signs('(?:録画|議事録|录制|录像|回放|錄影|녹화)(?:は(?:こちら|下記|以下)(?:です)?|URL|リンク|链接|링크)?'),
  ],
  near(5),
);

/** Somebody's own standing room, as it stands below every mail that he writes. */
export const personalRoom = anyOf([
  words(
    'my (?:personal |own |zoom |webex |teams |permanent |meeting |virtual ){0,40}(?:room|link|office|pmi)|personal (?:meeting )?(?:room|link|id)|pmi|(?:always|any ?time) available|reach me|contact me|meet (?:with )?me|call me|office hours',
  ),
  words(
    'mein(?:e|em|en)? (?:persönlich\\p{L}{0,4} |eigen\\p{L}{0,4} |virtuell\\p{L}{0,4} )?\\p{L}{0,12}(?:raum|link|zoom|webex)|persönlicher (?:meeting)?raum|erreichbar unter',
  ),
  words(
    'ma salle|mon lien(?: \\p{L}{1,10})?|salle personnelle|mi sala|sala personal|la mia (?:sala|stanza)|stanza personale|minha sala|sala pessoal|mijn (?:persoonlijke )?(?:ruimte|kamer|link)|persoonlijke (?:ruimte|kamer)|mój pokój|pokój osobisty|моя комната',
  ),
  signs('個人ミーティング|パーソナルミーティング|マイルーム|个人会议室|個人會議室|我的会议室|개인 회의실'),
]);

/** The lines by which a service's own invitation begins. */
export const inviteHeading =
  /(?:join (?:the |a |our |this )?(?:zoom|microsoft teams|teams|google meet|webex|meeting|hangouts?)|(?:zoom|teams|google meet|webex|microsoft teams|skype) meeting|is inviting you|invit(?:es|ed|ing|ation|e|iert|a|ando)|join (?:on your computer|from pc|online|by video|with google|here|by)|microsoft teams-?(?:besprechung|réunion)|an (?:besprechung|meeting) teilnehmen|zoom-?meeting beitreten|teilnehmen|rejoindre|participer|únase|unirse|partecipa|ingressar|participar|deelnemen|dołącz|参加|加入|进入会议|加入会议|присоедин)/iu;

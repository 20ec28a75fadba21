import { isObject, type JsonObject } from './json-input';

interface Selection {
  [field: string]: Selection | true;
}

/** `items(id,start/dateTime),nextPageToken`. https://developers.google.com/workspace/calendar/api/guides/performance#partial */
function parse(text: string): Selection {
  let at = 0;
  const list = (): Selection => {
    const selection: Selection = {};
    while (at < text.length && text[at] !== ')') {
      const name = /^[^,()/]*/.exec(text.slice(at))?.[0] ?? '';
      at += name.length;
      if (text[at] === '(') {
        at++;
        selection[name.trim()] = list();
        at++;
      } else if (text[at] === '/') {
        at++;
        const rest = /^[^,()]*/.exec(text.slice(at))?.[0] ?? '';
        at += rest.length;
        let inner: Selection | true = true;
        if (text[at] === '(') {
          at++;
          inner = list();
          at++;
        }
        for (const part of rest.split('/').reverse()) inner = { [part.trim()]: inner };
        selection[name.trim()] = inner;
      } else selection[name.trim()] = true;
      if (text[at] === ',') at++;
    }
    return selection;
  };
  return list();
}

function pick(value: unknown, selection: Selection | true): unknown {
  if (selection === true || selection['*'] === true) return value;
  if (Array.isArray(value)) return value.map((each) => pick(each, selection));
  if (!isObject(value)) return value;
  const picked: JsonObject = {};
  for (const [field, inner] of Object.entries(selection))
    if (value[field] !== undefined) picked[field] = pick(value[field], inner);
  return picked;
}

/** Only the named fields of an answer; tokens that aren't named vanish with the rest. */
export const selectFields = (json: JsonObject, fields: string): unknown => pick(json, parse(fields));

import { readFileSync } from 'node:fs';
import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { buildMessage, ValidateBy } from 'class-validator';

/** What stands in a setting's place when its text could not be read; carries what would be right, never the text. */
class Unusable {
  constructor(readonly expectation: string) {}
}

export interface SettingOptions<Value> {
  /** Makes the setting optional. */
  default?: Value;
  /** The setting may be absent and is then undefined. */
  optional?: boolean;
}

/** A setting read from one environment variable. `read` throws with what would be right; its message must not hold the value. */
export function Setting<Value>(
  expectation: string,
  read: (text: string) => Value,
  options: SettingOptions<Value> = {},
): PropertyDecorator {
  const mayBeAbsent = options.optional === true || options.default !== undefined;
  return applyDecorators(
    Transform(({ value }) => {
      if (typeof value !== 'string' || value.trim() === '') return value instanceof Unusable ? value : options.default;
      try {
        return read(value.trim());
      } catch (error) {
        return new Unusable(error instanceof Error && error instanceof Unreadable ? error.message : expectation);
      }
    }),
    ValidateBy({
      name: 'setting',
      validator: {
        validate: (value) => (value === undefined ? mayBeAbsent : !(value instanceof Unusable)),
        defaultMessage: buildMessage(
          (_prefix, details) =>
            details?.value instanceof Unusable ? details.value.expectation : `is missing: ${expectation}`,
          undefined,
        ),
      },
    }),
  );
}

/** Thrown by a `read` that knows better than the setting's general expectation what would be right. */
export class Unreadable extends Error {}

const refuse = (expectation: string): never => {
  throw new Unreadable(expectation);
};

export const TextSetting = (options: SettingOptions<string> & { expectation?: string } = {}) =>
  Setting(options.expectation ?? 'must be a text', (text) => text, options);

export const ChoiceSetting = <Word extends string>(words: readonly Word[], options: SettingOptions<Word> = {}) => {
  const expectation = `must be one of ${words.join(', ')}`;
  return Setting(expectation, (text) => words.find((word) => word === text) ?? refuse(expectation), options);
};

export const IntegerSetting = (options: SettingOptions<number> & { min?: number; max?: number } = {}) => {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = options;
  const expectation = `must be a whole number ${
    max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `between ${min} and ${max}`
  }`;
  return Setting(
    expectation,
    (text) => {
      const number = Number(text);
      return /^-?\d+$/.test(text) && number >= min && number <= max ? number : refuse(expectation);
    },
    options,
  );
};

export const BooleanSetting = (options: SettingOptions<boolean> = {}) =>
  Setting(
    'must be true or false',
    (text) => (text === 'true' ? true : text === 'false' ? false : refuse('must be true or false')),
    options,
  );

export const UrlSetting = (options: SettingOptions<string> & { protocols?: readonly string[] } = {}) => {
  const protocols = options.protocols ?? ['http', 'https'];
  const expectation = `must be a URL that starts with ${protocols.map((protocol) => `${protocol}://`).join(' or ')}`;
  return Setting(
    expectation,
    (text) =>
      URL.canParse(text) && protocols.includes(new URL(text).protocol.slice(0, -1)) ? text : refuse(expectation),
    options,
  );
};

/** Words separated by commas. */
export const ListSetting = (options: SettingOptions<string[]> & { expectation?: string } = {}) => {
  const expectation = options.expectation ?? 'must be a list separated by commas';
  return Setting(
    expectation,
    (text) => {
      const items = text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '');
      return items.length > 0 ? items : refuse(expectation);
    },
    options,
  );
};

/** JSON that `shape` accepts; `expectation` says what it must be. */
export const JsonSetting = <Value>(
  expectation: string,
  shape: (parsed: unknown) => parsed is Value,
  options: SettingOptions<Value> = {},
) =>
  Setting(
    expectation,
    (text) => {
      const parsed: unknown = JSON.parse(text);
      return shape(parsed) ? parsed : refuse(expectation);
    },
    options,
  );

/** JSON in the file that the variable names, read once; `parse` throws with what is wrong in it, which is told. */
export const JsonFileSetting = <Value>(
  expectation: string,
  parse: (json: unknown) => Value,
  options: SettingOptions<Value> = {},
) =>
  Setting(
    expectation,
    (path) => {
      try {
        return parse(JSON.parse(readFileSync(path, 'utf8')));
      } catch (error) {
        if (error instanceof SyntaxError) return refuse(`${expectation}: what is in it is no JSON`);
        const { code, message } = error as NodeJS.ErrnoException;
        return refuse(`${expectation}: ${code === undefined ? message : `it could not be read (${code})`}`);
      }
    },
    options,
  );

const VERSIONED_KEYS =
  'must be version:key pairs separated by commas, each key 32 bytes as base64url (1:<key>,2:<key>)';

/** `1:<base64url of 32 bytes>,2:…` as a map from version to key; the highest version writes, all read. */
export const VersionedKeysSetting = (options: SettingOptions<ReadonlyMap<number, Buffer>> = {}) =>
  Setting(
    VERSIONED_KEYS,
    (text) => {
      const keys = new Map<number, Buffer>();
      for (const part of text.split(',')) {
        const match = /^\s*(\d{1,6}):([A-Za-z0-9_-]+)\s*$/.exec(part);
        const key = match && Buffer.from(match[2]!, 'base64url');
        if (!match || key?.length !== 32) return refuse(VERSIONED_KEYS);
        if (keys.has(Number(match[1]))) return refuse(`${VERSIONED_KEYS}; a version stands there twice`);
        keys.set(Number(match[1]), key);
      }
      return keys;
    },
    options,
  );

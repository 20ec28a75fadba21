import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional, type ApiPropertyOptions } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsArray, IsBoolean, IsIn, IsObject, IsOptional, IsString, Matches, ValidateNested } from 'class-validator';

type Shown = Pick<ApiPropertyOptions, 'description' | 'example'>;

const optional = (shown: object, ...rules: PropertyDecorator[]) =>
  applyDecorators(ApiPropertyOptional(shown), IsOptional(), ...rules);

/** Fields of an event that is given to look at: each may be absent or null, as providers have it. */
export const Text = (shown: Shown = {}) =>
  optional({ type: String, ...shown }, IsString({ message: 'must be a text' }));
export const Texts = (shown: Shown = {}) =>
  optional(
    { type: [String], ...shown },
    IsArray({ message: 'must be a list of texts' }),
    IsString({ each: true, message: 'must be a list of texts' }),
  );
export const Flag = (shown: Shown = {}) =>
  optional({ type: Boolean, ...shown }, IsBoolean({ message: 'must be true or false' }));
export const Word = (words: readonly string[], shown: Shown = {}) =>
  optional({ enum: words, ...shown }, IsIn(words, { message: `must be one of ${words.join(', ')}` }));
export const Place = (type: () => new () => object, shown: Shown = {}) =>
  optional(
    { type, ...shown },
    IsObject({ message: 'must be an object' }),
    ValidateNested({ message: 'must be an object' }),
    Type(type),
  );
export const Places = (type: () => new () => object, shown: Shown = {}) =>
  optional(
    { type: () => [type()], ...shown },
    IsArray({ message: 'must be a list of objects' }),
    IsObject({ each: true, message: 'must be a list of objects' }),
    ValidateNested({ each: true, message: 'must be a list of objects' }),
    Type(type),
  );
export const TextsByName = (shown: Shown = {}) =>
  optional(
    { type: Object, additionalProperties: { type: 'string' }, ...shown },
    IsObject({ message: 'must be an object of texts' }),
  );
const day = 'must be a day, as in 2026-11-24';
const moment = 'must be an RFC 3339 time, as in 2026-11-23T09:00:00+01:00';
export const Day = () =>
  optional({ type: String, example: '2026-11-24' }, Matches(/^\d{4}-\d\d-\d\d$/, { message: day }));
export const Moment = () =>
  optional(
    { type: String, example: '2026-11-23T09:00:00+01:00' },
    Matches(/^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:?\d\d)?$/, { message: moment }),
  );
